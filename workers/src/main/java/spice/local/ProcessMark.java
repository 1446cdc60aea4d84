package spice.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// Names a process beyond doubt: the system gives a pid again, but not with the same start in the same boot. No
/// clock enters, so that setting the machine's clock changes nothing.
///
/// @param boot the kernel's name for the time since it was started
/// @param startTicks when the process was started, in ticks of that time
record ProcessMark(long pid, String boot, long startTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

    /// In the words of proc(5): its first thread has ended, but nobody has asked after it yet.
    private static final Set<String> ENDED = Set.of("Z", "X", "x");

    // Fields after the program's name, which may itself hold blanks.
    private static final int STATE = 0;
    private static final int SESSION = 3;
    private static final int THREADS = 17;
    private static final int START = 19;

    /// The mark of a process that is alive.
    static Optional<ProcessMark> of(long pid) {
        return stat(pid).map(fields -> new ProcessMark(pid, currentBoot(), Long.parseLong(fields[START])));
    }

    /// Our own.
    static ProcessMark ours() {
        return of(ProcessHandle.current().pid()).orElseThrow();
    }

    /// The process, if it is still alive.
    Optional<ProcessHandle> find() {
        return of(pid).filter(this::equals).flatMap(_ -> ProcessHandle.of(pid));
    }

    /// Whether it is the first process of a session of its own, as all are that a stack starts, and none that those
    /// start.
    boolean leadsSession() {
        return stat(pid)
                .filter(fields -> fields[SESSION].equals(Long.toString(pid)))
                .isPresent();
    }

    private static Optional<String[]> stat(long pid) {
        try {
            String line = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
            // While other threads of it are ending, it still holds its files and ports.
            boolean ended = ENDED.contains(fields[STATE]) && Integer.parseInt(fields[THREADS]) <= 1;
            return ended ? Optional.empty() : Optional.of(fields);
        } catch (IOException e) {
            // There is no such process any more.
            return Optional.empty();
        }
    }

    private static String currentBoot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException e) {
            throw new UserError("cannot read %s (%s); the local stack runs on Linux only".formatted(BOOT, e), e);
        }
    }
}
