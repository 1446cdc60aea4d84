package spice.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import spice.processes.LiveProcess;
import spice.processes.ProcessMark;
import spice.processes.ProcessPlan;

/// A process that a killed supervisor left running.
///
/// The stack's state file records the plan of each process. The file may be missing, torn, from another version, or
/// lack a process that was started just before the supervisor was killed. So leftovers are found by an environment
/// variable that every process of a stack is started with.
///
/// @param name of the process in the stack, e.g. `s3`
/// @param identity of the plan it was started by; empty if unknown
record LeftoverProcess(String name, ProcessMark mark, Optional<String> identity) {
    private static final String VARIABLE = "SPICE_STACK_PROCESS";
    private static final Pattern VARIABLES = Pattern.compile("\0");

    /// The environment variable that marks a process of the stack with this home.
    static Map<String, String> variable(String name, Path home) {
        return Map.of(VARIABLE, name + " " + home);
    }

    /// All leftovers of this stack, which must have no supervisor now.
    static List<LeftoverProcess> of(LocalSettings settings) {
        List<StackState.Running> known =
                StackState.read(settings.stateFile()).map(StackState::processes).orElse(List.of());
        return ProcessHandle.allProcesses()
                .flatMap(process -> find(process.pid(), settings.home(), known).stream())
                .toList();
    }

    private static Optional<LeftoverProcess> find(long pid, Path home, List<StackState.Running> known) {
        return name(pid, home)
                .flatMap(name -> ProcessMark.of(pid)
                        // Children of our processes inherit the variable.
                        .filter(ProcessMark::leadsSession)
                        .map(mark -> new LeftoverProcess(name, mark, identity(mark, known))));
    }

    private static Optional<String> identity(ProcessMark mark, List<StackState.Running> known) {
        return known.stream()
                .filter(running -> mark.equals(running.mark()))
                .findFirst()
                .flatMap(running -> Optional.ofNullable(running.identity()));
    }

    private static Optional<String> name(long pid, Path home) {
        try {
            String variables = Files.readString(
                    Path.of("/proc").resolve(Long.toString(pid)).resolve("environ"), ISO_8859_1);
            String suffix = " " + new String(home.toString().getBytes(Charset.defaultCharset()), ISO_8859_1);
            return VARIABLES
                    .splitAsStream(variables)
                    .filter(variable -> variable.startsWith(VARIABLE + "=") && variable.endsWith(suffix))
                    .map(variable -> variable.substring(VARIABLE.length() + 1, variable.length() - suffix.length()))
                    .findFirst();
        } catch (IOException e) {
            // Another user's process, or one that has just ended.
            return Optional.empty();
        }
    }

    /// Whether the process is what this plan would start.
    boolean runsBy(ProcessPlan plan) {
        return name.equals(plan.name())
                && identity.filter(plan.identity()::equals).isPresent();
    }

    LiveProcess process() {
        return LiveProcess.adopted(mark);
    }
}
