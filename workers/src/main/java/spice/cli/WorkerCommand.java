package spice.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import spice.local.LocalSettings;
import spice.program.Environment;
import spice.program.ExitCode;
import spice.steps.WorkerHeartbeats;
import spice.telemetry.ListenAddress;
import spice.workers.WorkerProcess;
import spice.workers.WorkerSettings;

/// `spice worker`: takes steps from the task queues until it is told to stop.
@Command(
        name = "worker",
        description = "Take steps of runs from the task queues until told to stop.",
        footer = {
            "",
            "The servers are named by the usual settings: temporal.toml or TEMPORAL_*, AWS_*.",
            "Example: spice worker --queues sample,train --models models"
        })
final class WorkerCommand implements Callable<Integer> {
    @Option(
            names = "--name",
            description =
                    "The worker's name, which no other may have (default: a new one at each start). A trainer that "
                            + "samples as well has its checkpoint at hand and is asked first, by its name.")
    private String name = UUID.randomUUID().toString().substring(0, 8);

    @Option(
            names = "--queues",
            split = ",",
            defaultValue = "cpu,sample,train",
            description = "Kinds of work to take: cpu, sample, train (default: all). A worker that takes both sample "
                    + "and train does one step of either at a time.")
    private Set<WorkerSettings.Queue> queues = EnumSet.allOf(WorkerSettings.Queue.class);

    @Option(
            names = "--corpus",
            paramLabel = "NAME=PLACE",
            description = "A corpus that runs may name: a folder, or s3://bucket/prefix. Repeatable.")
    private Map<String, String> corpora = Map.of();

    @Option(
            names = "--models",
            defaultValue = "models",
            description = "Folder below which runs name models (default: ${DEFAULT-VALUE}).")
    private Path models = Path.of("models");

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Folder for checkpoints, shared with the machine's other workers (default: .spice/cache).")
    private @Nullable Path cache;

    @Option(
            names = "--cache-mb",
            paramLabel = "MB",
            defaultValue = "2048",
            description = "Megabytes kept in it beside what is in use (default: ${DEFAULT-VALUE}).")
    private long cacheMegabytes = 2048;

    @Option(
            names = "--launchers",
            paramLabel = "FILE",
            description =
                    "Engines that a run may name as its trainer: a JSON object of names with their commands, each "
                            + "an array of program and arguments (default: launchers.json in .spice, if it is there). See"
                            + " docs/launcher.md.")
    private @Nullable Path launchers;

    @Mixin
    private DeviceOptions devices = new DeviceOptions();

    @Option(names = "--samplers", description = "Shards sampled side by side (default: the number of cores).")
    private int samplers = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "How long a step may go on without a sign of progress, before it fails as NOT_ADVANCING"
                    + " (default: 600).")
    private long patience = WorkerHeartbeats.PATIENCE.toSeconds();

    @Option(
            names = "--make-current",
            description = "Give runs to this build from now on, whichever it was before. On a server that others share "
                    + "this is a decision: without it the worker says which build runs are given to.")
    private boolean makeCurrent;

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            converter = ListenAddressConverter.class,
            description = "Where meters are offered to Prometheus (default: 127.0.0.1 on a free port, which a file"
                    + " below .spice/metrics names). Nobody is asked who he is: name another host only where whoever"
                    + " can reach it may read them.")
    private ListenAddress meters = ListenAddress.LOOPBACK;

    @Mixin
    private VllmOptions vllm = new VllmOptions();

    @Override
    public Integer call() throws InterruptedException {
        WorkerSettings settings = new WorkerSettings(
                name,
                queues,
                corpora,
                models.toAbsolutePath().normalize(),
                cache(),
                cacheMegabytes << 20,
                samplers,
                Duration.ofSeconds(patience),
                makeCurrent,
                meters,
                launchers(),
                vllm.settings(models, Duration.ofSeconds(patience), Environment.variables()),
                devices.devices());
        WorkerProcess worker = WorkerProcess.start(settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.close();
            stopped.countDown();
        }));
        stopped.await();
        return ExitCode.OK;
    }

    private static final class ListenAddressConverter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            try {
                return ListenAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    private Optional<Path> launchers() {
        if (launchers != null) {
            return Optional.of(launchers.toAbsolutePath());
        }
        return Optional.of(LocalSettings.ofThisProcess().launchers()).filter(Files::exists);
    }

    private Path cache() {
        return cache == null ? LocalSettings.ofThisProcess().cache() : cache.toAbsolutePath();
    }
}
