package spice.local;

import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import spice.store.s3.S3BlobStore;

/// A stack that we have started and supervise.
final class StartedStack implements LocalStack {
    private static final Duration S3_START = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);

    /// A worker may end the step it is at.
    private static final Duration WORKER_GRACE = Duration.ofSeconds(25);

    private static final Duration SERVER_GRACE = Duration.ofSeconds(10);

    /// Room for the Temporal server's database, the logs, and some checkpoints of a small model.
    private static final long LEAST_MEGABYTES = 512;

    /// The S3 server streams what it is given.
    private static final String S3_HEAP = "128m";

    private final StackLock lock;
    private final LocalSettings settings;
    private final StackPlan plan;
    private final StackAddresses addresses;
    private final Optional<TemporalServer> temporal;
    private final Consumer<String> say;
    private final AtExit atExit;
    private final List<SupervisedProcess> servers = new ArrayList<>();
    private final List<SupervisedProcess> workers = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean up;
    private boolean closed;

    private StartedStack(
            StackLock lock,
            LocalSettings settings,
            StackPlan plan,
            StackAddresses addresses,
            Optional<TemporalServer> temporal,
            Consumer<String> say) {
        this.lock = lock;
        this.settings = settings;
        this.plan = plan;
        this.addresses = addresses;
        this.temporal = temporal;
        this.say = say;
        this.atExit = AtExit.run(this::close);
    }

    /// Starts a stack, once what an earlier one may have left running is stopped.
    static StartedStack start(
            StackLock lock,
            LocalSettings settings,
            StackPlan plan,
            Map<String, String> environment,
            Consumer<String> say)
            throws InterruptedException {
        Optional<StartedStack> stack = Optional.empty();
        try {
            stopLeftovers(settings, say);
            requireSpace(settings.home());
            TemporalRung rung = new TemporalLadder(settings, environment, say).climb();
            stack = Optional.of(on(rung, lock, settings, plan, say));
            stack.get().startAll();
            return stack.get();
        } catch (RuntimeException | InterruptedException e) {
            stack.ifPresentOrElse(StartedStack::close, lock::close);
            throw e;
        }
    }

    private static void stopLeftovers(LocalSettings settings, Consumer<String> say) {
        List<StackState.Running> leftovers =
                StackState.read(settings.stateFile()).map(StackState::alive).orElse(List.of());
        if (!leftovers.isEmpty()) {
            say.accept("stopping what a killed program has left running: "
                    + String.join(
                            ", ",
                            leftovers.stream().map(StackState.Running::name).toList()));
            Stopping.stop(
                    leftovers.stream()
                            .flatMap(running -> running.mark().find().stream())
                            .toList(),
                    SERVER_GRACE);
        }
    }

    private static void requireSpace(Path home) {
        long megabytes = home.toFile().getUsableSpace() >> 20;
        if (megabytes < LEAST_MEGABYTES) {
            throw new UserError(
                    "only %d MB are free on the disk of %s; the local stack needs %d. Free some, or set SPICE_HOME to a folder on another disk."
                            .formatted(megabytes, home, LEAST_MEGABYTES));
        }
    }

    private static StartedStack on(
            TemporalRung rung, StackLock lock, LocalSettings settings, StackPlan plan, Consumer<String> say) {
        Optional<TemporalServer> server = switch (rung) {
            case TemporalRung.Configured _ -> Optional.empty();
            case TemporalRung.Binary binary ->
                Optional.of(new TemporalServer(binary, settings, plan.searchAttributes()));
        };
        ClientConfigProfile profile = switch (rung) {
            case TemporalRung.Configured(ClientConfigProfile configured) -> configured;
            case TemporalRung.Binary _ -> TemporalServer.profile(TemporalServer.address(settings));
        };
        StackAddresses addresses = new StackAddresses(
                rung.inWords(), profile, server.map(TemporalServer::ui), settings.s3(), settings.logs());
        return new StartedStack(lock, settings, plan, addresses, server, say);
    }

    private void startAll() throws InterruptedException {
        temporal.ifPresentOrElse(
                TemporalServer::requireReady, () -> ConfiguredTemporal.requireUsable(addresses.temporal()));
        Optional<Process> s3 = settings.ownS3() ? Optional.of(startS3()) : Optional.empty();
        if (temporal.isPresent()) {
            TemporalServer server = temporal.get();
            server.awaitUp(add(servers, new ProcessPlan("temporal", server.command(), Map.of(), server.log())));
        }
        awaitS3(s3);
        plan.workers().forEach(this::startWorker);
        Stream.concat(servers.stream(), workers.stream()).forEach(SupervisedProcess::watch);
        synchronized (this) {
            up = true;
        }
        save();
    }

    private Process startS3() {
        Ports.requireFree(settings.s3Port(), "the S3 server", "SPICE_S3_PORT");
        List<String> arguments = Stream.of(settings.s3Folder(), settings.s3Port(), settings.s3KeyFile())
                .map(Object::toString)
                .toList();
        return add(
                servers,
                new ProcessPlan(
                        "s3", ProcessPlan.java(S3_HEAP, S3Server.class.getName(), arguments), Map.of(), s3Log()));
    }

    private LogFile s3Log() {
        return new LogFile(settings.logs().resolve("s3.log"));
    }

    /// Opening the store makes the bucket and proves that the server can be relied on.
    private void awaitS3(Optional<Process> own) throws InterruptedException {
        if (own.isPresent()) {
            awaitPort(own.get());
        }
        S3BlobStore.open(addresses.s3()).close();
    }

    private void awaitPort(Process process) throws InterruptedException {
        long deadline = System.nanoTime() + S3_START.toNanos();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new UserError(
                        "the S3 server did not come up: %s. All it said: %s".formatted(s3Log().tail(), s3Log().path()));
            }
            Thread.sleep(LOOK);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(LocalSettings.loopback(settings.s3Port()), (int) LOOK.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void startWorker(WorkerPlan worker) {
        Map<String, String> environment = new HashMap<>(addresses.environment());
        environment.put("SPICE_HOME", settings.home().toString());
        add(
                workers,
                new ProcessPlan(
                        worker.name(),
                        ProcessPlan.java(worker.heap(), worker.mainClass(), worker.arguments()),
                        environment,
                        new LogFile(settings.logs().resolve(worker.name() + ".log"))));
    }

    private Process add(List<SupervisedProcess> to, ProcessPlan process) {
        SupervisedProcess supervised = new SupervisedProcess(process, this::save, say);
        synchronized (this) {
            if (closed) {
                throw new UserError("the local stack was stopped while it was being started");
            }
            to.add(supervised);
        }
        return supervised.start();
    }

    private synchronized void save() {
        List<StackState.Running> processes = Stream.concat(servers.stream(), workers.stream())
                .flatMap(child -> child
                        .process()
                        .map(process -> new StackState.Running(child.name(), ProcessMark.of(process.toHandle())))
                        .stream())
                .toList();
        StackState state = new StackState(
                ProcessMark.of(ProcessHandle.current()),
                up,
                addresses.rung(),
                temporal.map(_ -> TemporalServer.address(settings)),
                addresses.ui(),
                addresses.s3().endpoint(),
                plan.workers(),
                processes);
        try {
            state.write(settings.stateFile());
        } catch (IOException e) {
            // The stack works without it; only the next start would have to be helped by hand.
            say.accept("cannot write %s (%s)".formatted(settings.stateFile(), e.getMessage()));
        }
    }

    @Override
    public StackAddresses addresses() {
        return addresses;
    }

    @Override
    public boolean isOurs() {
        return true;
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        ended.await();
    }

    /// Stops the workers, then what they lean on. Whoever comes second waits: the program may end when this
    /// returns.
    @Override
    public void close() {
        if (begin()) {
            stop(workers, WORKER_GRACE);
            stop(servers, SERVER_GRACE);
            forget();
            ended.countDown();
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean begin() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    private static void stop(List<SupervisedProcess> processes, Duration grace) {
        Stopping.stop(
                processes.stream()
                        .flatMap(process -> process.release().stream())
                        .toList(),
                grace);
    }

    private void forget() {
        try {
            Files.deleteIfExists(settings.stateFile());
        } catch (IOException e) {
            say.accept("%s is left behind (%s)".formatted(settings.stateFile(), e.getMessage()));
        }
        lock.close();
        atExit.close();
        if (up) {
            say.accept("the local stack is stopped; `spice up` starts it again where it was");
        }
    }
}
