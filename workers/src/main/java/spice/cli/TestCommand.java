package spice.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import spice.program.ExitCode;
import spice.program.UserError;

/// `spice test`, for its help alone: the launcher runs the tests itself, before anything is built that Java could
/// run.
@Command(
        name = "test",
        description = "Run all tests of all modules and say how many passed, failed and were skipped.",
        footer = {
            "",
            "Takes the real Temporal server and a real S3 process, which it starts itself.",
            "Example: spice test"
        })
final class TestCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UserError("the tests are run by the launcher: ./spice test", ExitCode.BAD_INPUT);
    }
}
