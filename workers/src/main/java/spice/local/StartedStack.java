package spice.local;

import io.micrometer.core.instrument.FunctionCounter;
import io.temporal.envconfig.ClientConfigProfile;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
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
import spice.store.StoreException;
import spice.store.s3.S3BlobStore;
import spice.telemetry.ListenAddress;
import spice.telemetry.Telemetry;

/// A stack that we have started and supervise.
final class StartedStack implements LocalStack {
    private static final Duration S3_START = Duration.ofSeconds(60);
    /// For an S3 server that answers, but not yet as it should.
    private static final Duration HANGS_UP = Duration.ofSeconds(20);

    private static final int SERVER_TRIES = 3;
    private static final Duration LOOK = Duration.ofMillis(100);

    /// A server that is there answers within moments; one that has to be paged in first takes a little longer.
    private static final Duration ANSWER = Duration.ofSeconds(3);

    /// A server that was left running is replaced if it is silent for so long.
    private static final Duration ADOPTION = Duration.ofSeconds(10);

    static final String S3 = "s3";
    static final String TEMPORAL = "temporal";
    private static final Set<String> SERVERS = Set.of(S3, TEMPORAL);

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
    private final Optional<Telemetry> telemetry;
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
        this.telemetry = telemetry(settings, say);
        this.atExit = AtExit.run(this::close);
    }

    /// Starts a stack, or what is lacking of one whose supervisor was killed.
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
            case TemporalRung.Binary _ -> TemporalServer.profile(TemporalServer.address(settings));
        };
        StackAddresses addresses = new StackAddresses(
                rung.inWords(), profile, server.map(TemporalServer::ui), settings.s3(), settings.logs());
        return new StartedStack(lock, settings, plan, addresses, server, say);
    }

    /// A stack that cannot be looked at works all the same.
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

    private ProcessPlan process(String name, List<String> command, Map<String, String> environment, LogFile log) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(Leftover.variable(name, settings.home()));
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

    /// What a killed program has left running and runs by today's plans, by name. All else that it has left is
    /// stopped, the workers first.
    private Map<String, LiveProcess> adopt(List<ProcessPlan> plans) throws InterruptedException {
        Map<String, LiveProcess> adopted = new TreeMap<>();
        List<Leftover> others = new ArrayList<>();
        for (Leftover leftover : Leftover.of(settings)) {
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
                            ", ", others.stream().map(Leftover::name).sorted().toList()));
            Stopping.stop(processes(others, leftover -> !SERVERS.contains(leftover.name())), WORKER_GRACE);
            Stopping.stop(processes(others, leftover -> SERVERS.contains(leftover.name())), SERVER_GRACE);
        }
        return adopted;
    }

    private static List<LiveProcess> processes(List<Leftover> leftovers, Predicate<Leftover> which) {
        return leftovers.stream().filter(which).map(Leftover::process).toList();
    }

    /// A server has to answer; what a worker is worth, its supervision shows.
    private boolean isFit(Leftover leftover) throws InterruptedException {
        return switch (leftover.name()) {
            case S3 -> awaits(this::s3Answers, leftover.process(), ADOPTION);
            case TEMPORAL -> temporal.orElseThrow().isUp(ADOPTION);
            default -> true;
        };
    }

    /// Opening the store makes the bucket and proves that the server can be relied on.
    private void openStore() {
        S3BlobStore.open(addresses.s3()).close();
    }

    /// Whoever has killed the supervisor may be at the server, too: one that was adopted and ends is started again,
    /// and one that hangs up gets a little time.
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
        long deadline = System.nanoTime() + patience.toNanos();
        while (!answers.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(LOOK);
        }
        return true;
    }

    /// Whatever it says: the kernel takes connections for a process that is stuck, too.
    private boolean s3Answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) settings.s3Endpoint().toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout((int) LOOK.toMillis());
            connection.setReadTimeout((int) ANSWER.toMillis());
            try {
                return connection.getResponseCode() > 0;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    /// Besides ours, the server takes ports at random, and may meet one that was taken in the same moment. One that
    /// was adopted may be killed before it is watched over.
    private void awaitServer(SupervisedProcess own, boolean adopted) throws InterruptedException {
        for (int tries = 1; ; tries++) {
            LiveProcess process = own.process().orElseThrow();
            try {
                temporal.orElseThrow().awaitUp(process);
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

    /// Takes the process that runs by this plan already, or else starts one.
    private SupervisedProcess begin(
            ProcessPlan process, List<SupervisedProcess> among, Map<String, LiveProcess> running) {
        SupervisedProcess supervised = new SupervisedProcess(process, this::save, say);
        telemetry.ifPresent(
                counted -> FunctionCounter.builder("spice.process.starts", supervised, SupervisedProcess::starts)
                        .description("how often the supervisor has started a process")
                        // Not "process": that is what Prometheus calls ours.
                        .tag("started", process.name())
                        .register(counted.meters()));
        synchronized (this) {
            if (closed) {
                throw new UserError("the local stack was stopped while it was being started");
            }
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
