package spice.workers;

import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Parameters;
import spice.local.UserError;
import spice.workflows.Trouble;

/// A command that asks a run for something by one of its updates, and prints what it answers.
abstract class UpdateCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Parameters(paramLabel = "RUN", description = "The run: its lineage's name, as `spice status` lists it.")
    private String run = "";

    private final String update;

    /// @param update its name
    UpdateCommand(String update) {
        this.update = update;
    }

    /// What the update is given: nothing, or one value.
    abstract Object[] input();

    @Override
    public Integer call() {
        try (TemporalConnection temporal = TemporalConnection.open("spice " + update, PATIENCE)) {
            WorkflowStub stub = temporal.client().newUntypedWorkflowStub(run);
            System.out.println("%s: %s".formatted(run, stub.update(update, String.class, input())));
            return ExitCode.OK;
        } catch (WorkflowNotFoundException e) {
            throw new UserError(
                    "no run %s is going on; `spice status` lists the runs".formatted(run), ExitCode.BAD_INPUT);
        } catch (WorkflowUpdateException e) {
            throw new UserError("%s: %s".formatted(run, Trouble.of(e).message()), ExitCode.BAD_INPUT);
        }
    }
}
