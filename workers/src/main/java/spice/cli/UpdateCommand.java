package spice.cli;

import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;
import spice.program.ExitCode;
import spice.program.UserError;
import spice.runs.FailureSummary;
import spice.temporal.Patience;
import spice.temporal.TemporalConnection;

/// A command that sends one of its updates to a run, and prints the answer.
abstract class UpdateCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "The run: its lineage's name, as `spice status` lists it.")
    private String run = "";

    private final String update;

    /// @param update the update's name
    UpdateCommand(String update) {
        this.update = update;
    }

    /// The update's arguments: none, or one.
    abstract Object[] input();

    @Override
    public Integer call() {
        try (TemporalConnection temporal = TemporalConnection.open("spice " + update, Patience.COMMAND)) {
            WorkflowStub stub = temporal.client().newUntypedWorkflowStub(run);
            System.out.println("%s: %s".formatted(run, stub.update(update, String.class, input())));
            return ExitCode.OK;
        } catch (WorkflowNotFoundException e) {
            throw new UserError(
                    "no run %s is going on; `spice status` lists the runs".formatted(run), ExitCode.BAD_INPUT);
        } catch (WorkflowUpdateException e) {
            throw new UserError("%s: %s".formatted(run, FailureSummary.of(e).message()), ExitCode.BAD_INPUT);
        }
    }
}
