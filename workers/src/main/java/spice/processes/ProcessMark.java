package spice.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import spice.program.UserError;

/// Identifies a process for certain: the system reuses a pid, but not with the same start in the same boot. The
/// start is counted in ticks since the boot, so that setting the machine's clock changes nothing.
///
/// @param boot the kernel's id of this boot
/// @param startTicks when the process was started, in ticks since the boot
public record ProcessMark(long pid, String boot, long startTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

    /// States of proc(5): the first thread has ended, but the parent has not collected the process yet.
    private static final Set<String> ENDED = Set.of("Z", "X", "x");

    // Indices of the fields after the program's name, which may itself contain blanks.
    private static final int STATE = 0;
    private static final int SESSION = 3;
    private static final int THREADS = 17;
    private static final int START = 19;

    /// The mark of a process; empty if it is not alive.
    public static Optional<ProcessMark> of(long pid) {
        return stat(pid).map(fields -> new ProcessMark(pid, currentBoot(), Long.parseLong(fields[START])));
    }

    /// The mark of this process.
    public static ProcessMark ours() {
        return of(ProcessHandle.current().pid()).orElseThrow();
    }

    /// The process, if it is still alive.
    public Optional<ProcessHandle> find() {
        return of(pid).filter(this::equals).flatMap(_ -> ProcessHandle.of(pid));
    }

    /// Whether it leads a session: every process that a stack starts does, and none that those start in turn.
    public boolean leadsSession() {
        return stat(pid)
                .filter(fields -> fields[SESSION].equals(Long.toString(pid)))
                .isPresent();
    }

    private static Optional<String[]> stat(long pid) {
        try {
            String line = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
            String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
            // While other threads are still ending, the process holds its files and ports.
            boolean ended = ENDED.contains(fields[STATE]) && Integer.parseInt(fields[THREADS]) <= 1;
            return ended ? Optional.empty() : Optional.of(fields);
        } catch (IOException e) {
            // The process does not exist any more.
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
