package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import spice.program.UserError;
import spice.store.s3.S3Location;

/// A stack that another program started and supervises.
record FoundStack(StackAddresses addresses, ProcessHandle supervisor) implements LocalStack {
    /// A first start may have to build the Temporal server.
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private static final Duration LOOK = Duration.ofMillis(200);

    /// Waits until the running stack is up.
    ///
    /// @throws UserError if the stack does not come up, or lacks a worker of the plan
    static FoundStack find(LocalSettings settings, StackPlan plan, Map<String, String> environment)
            throws InterruptedException {
        StackState state = awaitUp(settings);
        List<WorkerPlan> lacking = new ArrayList<>(plan.workers());
        lacking.removeAll(state.workers());
        if (!lacking.isEmpty()) {
            throw new UserError(
                    "process %d runs a local stack in %s already, but with other workers (%s) than are needed now (%s). Stop it by `spice down`, or set SPICE_HOME to another folder."
                            .formatted(
                                    state.supervisor().pid(),
                                    settings.home(),
                                    inWords(state.workers()),
                                    inWords(lacking)));
        }
        ClientConfigProfile temporal = state.temporal()
                .map(TemporalServer::profile)
                .or(() -> new TemporalLadder(settings, environment, _ -> {}).configured())
                .orElseThrow(() -> new UserError(
                        "the running stack uses a configured Temporal server (%s): set TEMPORAL_ADDRESS here, too."
                                .formatted(state.rung())));
        S3Location s3 = new S3Location(
                settings.bucket(), state.s3(), state.s3().map(_ -> S3KeyFile.open(settings.s3KeyFile())));
        ProcessHandle supervisor = state.supervisor()
                .find()
                .orElseThrow(
                        () -> new UserError("the local stack was just stopped. Try again, or start it by `spice up`."));
        return new FoundStack(new StackAddresses(state.rung(), temporal, state.ui(), s3, settings.logs()), supervisor);
    }

    private static StackState awaitUp(LocalSettings settings) throws InterruptedException {
        return new Polling(PATIENCE, LOOK)
                .find(() -> StackState.read(settings.stateFile()).filter(StackState::serves))
                .orElseThrow(() -> new UserError(
                        "another program has been starting the local stack in %s for %d minutes. Stop it by `spice down` and try again."
                                .formatted(settings.home(), PATIENCE.toMinutes())));
    }

    private static String inWords(List<WorkerPlan> workers) {
        return workers.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        workers.stream()
                                .map(worker -> worker.name() + " " + String.join(" ", worker.arguments()))
                                .toList());
    }

    @Override
    public boolean isOurs() {
        return false;
    }

    @Override
    public void awaitEnd() {
        supervisor.onExit().join();
    }

    @Override
    public void close() {
        // Its supervisor stops it.
    }
}
