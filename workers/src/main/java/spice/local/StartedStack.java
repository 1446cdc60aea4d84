package spice.local;

import io.micrometer.core.instrument.FunctionCounter;
import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import spice.processes.AtExit;
import spice.processes.LiveProcess;
import spice.processes.LogFile;
import spice.processes.ProcessMark;
import spice.processes.ProcessPlan;
import spice.processes.Stopping;
import spice.program.UserError;
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;
import spice.telemetry.ListenAddress;
import spice.telemetry.Telemetry;

/// A stack that this program started and supervises.
final class StartedStack implements LocalStack {
    private static final Duration S3_START = Duration.ofSeconds(60);
    /// How long opening the store is retried on an S3 server that answers.
    private static final Duration HANGS_UP = Duration.ofSeconds(20);

    private static final int SERVER_TRIES = 3;
    private static final Duration LOOK = Duration.ofMillis(100);

    /// How long one answer may take: moments, and a little longer for a server that has to be paged in first.
    private static final Duration ANSWER = Duration.ofSeconds(3);

    /// A leftover server that does not answer for this long is replaced.
    private static final Duration ADOPTION = Duration.ofSeconds(10);

    static final String S3 = "s3";
    static final String TEMPORAL = "temporal";
    private static final Set<String> SERVERS = Set.of(S3, TEMPORAL);

    /// Time for a worker to finish the step it is at.
    private static final Duration WORKER_GRACE = Duration.ofSeconds(25);

    private static final Duration SERVER_GRACE = Duration.ofSeconds(10);

    /// Least free disk space: for the Temporal server's database, the logs, and some checkpoints of a small model.
    private static final long LEAST_MEGABYTES = 512;

    /// Small, since the S3 server streams objects.
    private static final String S3_HEAP = "128m";

    private final StackLock lock;
    private final LocalSettings settings;
    private final StackPlan plan;
    private final StackAddresses addresses;
    private final Optional<TemporalServer> temporal;
    private final Consumer<String> say;
    private final Optional<Telemetry> telemetry;
    private final AtExit atExit;
    private final List<SupervisedProcess> servers = new ArrayList<>();
    private final List<SupervisedProcess> workers = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private Optional<UiDoor> door = Optional.empty();
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
        this.telemetry = telemetry(settings, say);
        this.atExit = AtExit.run(this::close);
    }

    /// Starts a stack, or the missing parts of one whose supervisor was killed.
    static StartedStack start(
            StackLock lock,
            LocalSettings settings,
            StackPlan plan,
            Map<String, String> environment,
            Consumer<String> say)
            throws InterruptedException {
        Optional<StartedStack> stack = Optional.empty();
        try {
            requireSpace(settings.home(), settings.home().toFile().getUsableSpace() >> 20);
            TemporalRung rung = new TemporalLadder(settings, environment, say).climb();
            stack = Optional.of(on(rung, lock, settings, plan, say));
            stack.get().startAll();
            return stack.get();
        } catch (RuntimeException | InterruptedException e) {
            stack.ifPresentOrElse(StartedStack::close, lock::close);
            throw e;
        }
    }

    static void requireSpace(Path home, long megabytes) {
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
            case TemporalRung.Binary _ -> TemporalServer.profile(settings.temporalAddress());
        };
        StackAddresses addresses = new StackAddresses(
                rung.inWords(), profile, server.map(_ -> settings.uiAddress()), settings.s3(), settings.logs());
        return new StartedStack(lock, settings, plan, addresses, server, say);
    }

    /// The supervisor's meters. The stack also works without them.
    private static Optional<Telemetry> telemetry(LocalSettings settings, Consumer<String> say) {
        try {
            return Optional.of(Telemetry.start("supervisor", ListenAddress.LOOPBACK, settings.meters()));
        } catch (IOException e) {
            say.accept("no meters of the supervisor (%s)".formatted(e.getMessage()));
            return Optional.empty();
        }
    }

    private void startAll() throws InterruptedException {
        Optional<ProcessPlan> s3 = settings.ownS3() ? Optional.of(s3()) : Optional.empty();
        Optional<ProcessPlan> server = temporal.map(own -> process(TEMPORAL, own.command(), Map.of(), own.log()));
        List<ProcessPlan> others = plan.workers().stream().map(this::worker).toList();
        Map<String, LiveProcess> running = adopt(Stream.of(s3.stream(), server.stream(), others.stream())
                .flatMap(plans -> plans)
                .toList());

        if (!running.containsKey(TEMPORAL)) {
            temporal.ifPresentOrElse(
                    TemporalServer::requireReady, () -> ConfiguredTemporal.requireUsable(addresses.temporal()));
        }
        openDoor();
        if (s3.isPresent() && !running.containsKey(S3)) {
            Ports.requireFree(settings.s3Port(), "the S3 server", "SPICE_S3_PORT");
        }
        Optional<SupervisedProcess> ownS3 = s3.map(process -> begin(process, servers, running));
        Optional<SupervisedProcess> ownServer = server.map(process -> begin(process, servers, running));
        if (ownServer.isPresent()) {
            awaitServer(ownServer.get(), running.containsKey(TEMPORAL));
        }
        if (ownS3.isPresent()) {
            awaitS3(ownS3.get(), running.containsKey(S3));
        } else {
            openStore();
        }
        others.forEach(process -> begin(process, workers, running));
        Stream.concat(servers.stream(), workers.stream()).forEach(SupervisedProcess::watch);
        synchronized (this) {
            up = true;
        }
        save();
    }

    private synchronized void openDoor() {
        requireNotClosed();
        door = temporal.map(_ -> UiDoor.open(settings));
    }

    private void requireNotClosed() {
        if (closed) {
            throw new UserError("the local stack was stopped while it was being started");
        }
    }

    private ProcessPlan process(String name, List<String> command, Map<String, String> environment, LogFile log) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(LeftoverProcess.variable(name, settings.home()));
        return new ProcessPlan(name, command, all, log);
    }

    private ProcessPlan s3() {
        List<String> arguments = Stream.of(
                        settings.s3Folder(), settings.s3Port(), settings.s3KeyFile(), settings.meters())
                .map(Object::toString)
                .toList();
        return process(S3, ProcessPlan.java(S3_HEAP, S3Server.class.getName(), arguments), Map.of(), s3Log());
    }

    private LogFile s3Log() {
        return new LogFile(settings.logs().resolve("s3.log"));
    }

    private ProcessPlan worker(WorkerPlan worker) {
        Map<String, String> environment = new HashMap<>(addresses.environment());
        environment.put("SPICE_HOME", settings.home().toString());
        return process(
                worker.name(),
                ProcessPlan.java(worker.heap(), worker.mainClass(), worker.arguments()),
                environment,
                new LogFile(settings.logs().resolve(worker.name() + ".log")));
    }

    /// The leftovers of a killed supervisor that match today's plans, by name. Stops all its other leftovers,
    /// workers first.
    private Map<String, LiveProcess> adopt(List<ProcessPlan> plans) throws InterruptedException {
        Map<String, LiveProcess> adopted = new TreeMap<>();
        List<LeftoverProcess> others = new ArrayList<>();
        for (LeftoverProcess leftover : LeftoverProcess.of(settings)) {
            boolean wanted = plans.stream().anyMatch(leftover::runsBy) && isFit(leftover);
            if (!wanted || adopted.putIfAbsent(leftover.name(), leftover.process()) != null) {
                others.add(leftover);
            }
        }
        if (!adopted.isEmpty()) {
            say.accept("going on with what a killed program has left running: " + String.join(", ", adopted.keySet()));
        }
        if (!others.isEmpty()) {
            say.accept("stopping what a killed program has left running: "
                    + String.join(
                            ", ",
                            others.stream().map(LeftoverProcess::name).sorted().toList()));
            Stopping.stop(processes(others, leftover -> !SERVERS.contains(leftover.name())), WORKER_GRACE);
            Stopping.stop(processes(others, leftover -> SERVERS.contains(leftover.name())), SERVER_GRACE);
        }
        return adopted;
    }

    private static List<LiveProcess> processes(List<LeftoverProcess> leftovers, Predicate<LeftoverProcess> which) {
        return leftovers.stream().filter(which).map(LeftoverProcess::process).toList();
    }

    /// Whether a leftover may be adopted. A server must answer; a worker is not checked, since supervision
    /// restarts one that dies.
    private boolean isFit(LeftoverProcess leftover) throws InterruptedException {
        return switch (leftover.name()) {
            case S3 -> awaits(this::s3Answers, leftover.process(), ADOPTION);
            case TEMPORAL -> temporal.orElseThrow().isUp(ADOPTION);
            default -> true;
        };
    }

    /// Makes the bucket, and checks that the server does what the store relies on.
    private void openStore() {
        S3BlobStore.open(addresses.s3()).close();
    }

    /// Waits until the S3 server serves the store. Whatever killed the supervisor may also kill or disturb an
    /// adopted server: one that ends is started again, and one that hangs up is retried for a while.
    private void awaitS3(SupervisedProcess own, boolean adopted) throws InterruptedException {
        long deadline = System.nanoTime() + HANGS_UP.toNanos();
        while (true) {
            LiveProcess process = own.process().orElseThrow();
            try {
                if (!awaits(this::s3Answers, process, S3_START)) {
                    throw new UserError("the S3 server did not come up: %s. All it said: %s"
                            .formatted(s3Log().tail(), s3Log().path()));
                }
                openStore();
                return;
            } catch (UserError | StoreException e) {
                if (System.nanoTime() > deadline || (!adopted && !process.isAlive())) {
                    throw e;
                }
                if (!process.isAlive()) {
                    own.start();
                }
                Thread.sleep(LOOK);
            }
        }
    }

    private static boolean awaits(BooleanSupplier answers, LiveProcess process, Duration patience)
            throws InterruptedException {
        return new Polling(patience, LOOK).until(answers, () -> !process.isAlive());
    }

    /// Whether the S3 server answers, with any status. An open connection proves nothing: the kernel accepts
    /// connections for a stuck process, too.
    private boolean s3Answers() {
        return HttpProbe.status(settings.s3Endpoint(), ANSWER).isPresent();
    }

    /// Waits until the Temporal server serves, and starts it again in two cases: the server also takes random
    /// ports, one of which may have just been taken; and an adopted server may be killed before it is supervised.
    private void awaitServer(SupervisedProcess own, boolean adopted) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            LiveProcess process = own.process().orElseThrow();
            try {
                temporal.orElseThrow().awaitUp(process, TemporalServer.START);
                return;
            } catch (UserError e) {
                boolean another = adopted || String.valueOf(e.getMessage()).contains("address already in use");
                if (tries == SERVER_TRIES || process.isAlive() || !another) {
                    throw e;
                }
                own.start();
            }
        }
    }

    /// Adopts the running process of this plan, or starts one.
    private SupervisedProcess begin(
            ProcessPlan process, List<SupervisedProcess> among, Map<String, LiveProcess> running) {
        SupervisedProcess supervised = new SupervisedProcess(process, this::save, say);
        telemetry.ifPresent(
                counted -> FunctionCounter.builder("spice.process.starts", supervised, SupervisedProcess::starts)
                        .description("how often the supervisor has started a process")
                        // Not "process": Prometheus uses that label for the process that is scraped.
                        .tag("started", process.name())
                        .register(counted.meters()));
        synchronized (this) {
            requireNotClosed();
            among.add(supervised);
        }
        Optional.ofNullable(running.get(process.name())).ifPresentOrElse(supervised::adopt, supervised::start);
        return supervised;
    }

    private synchronized void save() {
        List<StackState.Running> processes = Stream.concat(servers.stream(), workers.stream())
                .flatMap(child -> child.running().stream())
                .toList();
        StackState state = new StackState(
                ProcessMark.ours(),
                up,
                addresses.rung(),
                temporal.map(_ -> settings.temporalAddress()),
                addresses.ui(),
                addresses.s3().endpoint(),
                plan.workers(),
                processes);
        try {
            state.write(settings.stateFile());
        } catch (IOException e) {
            // The stack works without the file, but other programs cannot find it.
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

    /// Stops the workers, then the servers. A second caller waits for the first, since the program may end when
    /// this method returns.
    @Override
    public void close() {
        if (begin()) {
            stop(workers, WORKER_GRACE);
            stop(servers, SERVER_GRACE);
            door.ifPresent(UiDoor::close);
            telemetry.ifPresent(Telemetry::close);
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
