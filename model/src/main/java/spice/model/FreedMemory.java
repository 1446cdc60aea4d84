package spice.model;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// What the C library keeps of memory that was freed. It gives back what lies at the end of its heap; of a large model
/// that was closed, most lies between other things, and would stay this process's beside the next model.
@SuppressWarnings("restricted") // one call of the C library, of a number
final class FreedMemory {
    /// Of glibc; another library has none, and keeps less.
    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private FreedMemory() {}

    /// Gives it back to the machine.
    static void giveBack() {
        TRIM.ifPresent(trim -> {
            try {
                int _ = (int) trim.invokeExact(0L);
            } catch (Throwable e) {
                throw new IllegalStateException("malloc_trim cannot be called", e);
            }
        });
    }
}
