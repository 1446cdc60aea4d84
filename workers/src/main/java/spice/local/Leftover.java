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

/// A process that a killed supervisor has left running.
///
/// The stack's file says by which plans its processes run. It may be missing, torn, from another version, or lack
/// a process that was started just before the supervisor was killed; so the processes themselves are found by a
/// variable that each is given.
///
/// @param identity of the plan by which it runs; empty if that is not known
record Leftover(String name, ProcessMark mark, Optional<String> identity) {
    private static final String VARIABLE = "SPICE_STACK_PROCESS";
    private static final Pattern VARIABLES = Pattern.compile("\0");

    /// What makes a process of the stack with this home findable.
    static Map<String, String> variable(String name, Path home) {
        return Map.of(VARIABLE, name + " " + home);
    }

    /// Those of this stack. Nobody may supervise it now.
    static List<Leftover> of(LocalSettings settings) {
        List<StackState.Running> known =
                StackState.read(settings.stateFile()).map(StackState::processes).orElse(List.of());
        return ProcessHandle.allProcesses()
                .flatMap(process -> find(process.pid(), settings.home(), known).stream())
                .toList();
    }

    private static Optional<Leftover> find(long pid, Path home, List<StackState.Running> known) {
        return name(pid, home)
                .flatMap(name -> ProcessMark.of(pid)
                        // What our processes start has the variable, too.
                        .filter(ProcessMark::leadsSession)
                        .map(mark -> new Leftover(name, mark, identity(mark, known))));
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

    /// Whether it is what would be started by this plan.
    boolean runsBy(ProcessPlan plan) {
        return name.equals(plan.name())
                && identity.filter(plan.identity()::equals).isPresent();
    }

    LiveProcess process() {
        return LiveProcess.adopted(mark);
    }
}
