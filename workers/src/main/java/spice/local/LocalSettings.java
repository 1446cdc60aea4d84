package spice.local;

import static spice.domain.Check.require;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import spice.model.Devices;
import spice.program.Environment;
import spice.program.UserError;
import spice.store.s3.S3Key;
import spice.store.s3.S3Location;

/// Settings of the local stack: where it keeps its files and which ports it takes. All its servers listen on the
/// loopback address only.
///
/// @param home folder for everything the stack keeps: databases, objects, logs (`SPICE_HOME`)
/// @param root folder of the program itself, which contains `infra/` (`SPICE_ROOT`)
/// @param temporalPort of the Temporal server (`SPICE_TEMPORAL_PORT`)
/// @param uiPort of its Web UI (`SPICE_UI_PORT`)
/// @param s3Port of the S3 server (`SPICE_S3_PORT`)
/// @param livePort of the live view of runs (`SPICE_LIVE_PORT`)
/// @param bucket of the store (`SPICE_S3_BUCKET`)
/// @param ownS3 whether the stack runs its own S3 server; if not, the AWS SDK's settings name one
/// @param download whether a ready Temporal binary may be fetched (`SPICE_TEMPORAL_DOWNLOAD`)
/// @param cpuHeap Java heap of a CPU worker, e.g. `512m` (`SPICE_CPU_HEAP`)
/// @param gpuHeap Java heap of a GPU worker, e.g. `512m`; the model lies outside the heap (`SPICE_GPU_HEAP`)
/// @param devices that the GPU worker computes on (`SPICE_DEVICE`)
public record LocalSettings(
        Path home,
        Path root,
        int temporalPort,
        int uiPort,
        int s3Port,
        int livePort,
        String bucket,
        boolean ownS3,
        boolean download,
        String cpuHeap,
        String gpuHeap,
        Devices devices) {
    static final String LOOPBACK = "127.0.0.1";

    public LocalSettings {
        home = home.toAbsolutePath().normalize();
        root = root.toAbsolutePath().normalize();
        Stream.of(temporalPort, uiPort, s3Port, livePort)
                .forEach(port -> require(port > 0 && port < 65536, "not a port: %d", port));
        Stream.of(cpuHeap, gpuHeap)
                .forEach(heap -> require(heap.matches("[1-9]\\d*[mMgG]"), "not a heap's size, such as 512m: %s", heap));
    }

    /// The settings from this process's environment, with local defaults.
    ///
    /// @throws UserError if a variable is invalid
    public static LocalSettings ofThisProcess() {
        return from(Environment.variables());
    }

    /// The settings from these environment variables, with local defaults.
    ///
    /// @throws UserError if a variable is invalid
    public static LocalSettings from(Map<String, String> environment) {
        try {
            return new LocalSettings(
                    Path.of(environment.getOrDefault("SPICE_HOME", ".spice")),
                    Path.of(environment.getOrDefault("SPICE_ROOT", ".")),
                    port(environment, "SPICE_TEMPORAL_PORT", 7233),
                    port(environment, "SPICE_UI_PORT", 8233),
                    port(environment, "SPICE_S3_PORT", 9233),
                    port(environment, "SPICE_LIVE_PORT", 8333),
                    environment.getOrDefault("SPICE_S3_BUCKET", "spice"),
                    Stream.of("SPICE_S3_BUCKET", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
                            .noneMatch(environment::containsKey),
                    !environment.getOrDefault("SPICE_TEMPORAL_DOWNLOAD", "yes").equals("no"),
                    environment.getOrDefault("SPICE_CPU_HEAP", "512m"),
                    environment.getOrDefault("SPICE_GPU_HEAP", "512m"),
                    Devices.parse(environment.getOrDefault("SPICE_DEVICE", "cpu")));
        } catch (IllegalArgumentException e) {
            throw new UserError("the settings of the local stack cannot be used: %s".formatted(e.getMessage()), e);
        }
    }

    private static int port(Map<String, String> environment, String name, int otherwise) {
        String value = environment.get(name);
        if (value == null) {
            return otherwise;
        }
        require(value.matches("\\d{1,5}"), "%s is not a port: %s", name, value);
        return Integer.parseInt(value);
    }

    /// Settings for a second stack in another folder: with its own S3 server, on ports that are free now.
    public LocalSettings elsewhere(Path otherHome) {
        List<Integer> ports = Ports.free(4);
        return new LocalSettings(
                otherHome,
                root,
                ports.get(0),
                ports.get(1),
                ports.get(2),
                ports.get(3),
                "spice",
                true,
                download,
                cpuHeap,
                gpuHeap,
                devices);
    }

    /// The address of a port that other machines cannot reach.
    public static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(LOOPBACK), port);
    }

    Path temporalDatabase() {
        return home.resolve("temporal.db");
    }

    /// Where a downloaded or built Temporal binary is kept.
    Path keptTemporal() {
        return home.resolve("bin").resolve("temporal");
    }

    /// The script that gets a Temporal binary, and the Go module from which it can be built.
    Path temporalModule() {
        return root.resolve("infra").resolve("temporal-server");
    }

    /// Address of the stack's own Temporal server, `HOST:PORT`.
    public String temporalAddress() {
        return "%s:%d".formatted(LOOPBACK, temporalPort);
    }

    Path s3Folder() {
        return home.resolve("s3");
    }

    Path s3KeyFile() {
        return home.resolve("s3-key");
    }

    URI s3Endpoint() {
        return URI.create("http://%s:%d".formatted(LOOPBACK, s3Port));
    }

    /// Where this machine's workers keep the checkpoints that they fetched or made.
    public Path cache() {
        return home.resolve("cache");
    }

    /// File with the names and commands of the engines that a run may choose as its trainer.
    public Path launchers() {
        return home.resolve("launchers.json");
    }

    /// Folder in which our processes write the addresses of their meters for Prometheus.
    public Path meters() {
        return home.resolve("metrics");
    }

    public Path logs() {
        return home.resolve("logs");
    }

    /// File with the secret token that every address of the live view begins with.
    public Path liveToken() {
        return home.resolve("live-token");
    }

    /// Default folder of reports.
    public Path reports() {
        return home.resolve("reports");
    }

    /// Address of the Web UI of the stack's own Temporal server.
    public URI uiAddress() {
        return URI.create("http://%s:%d".formatted(LOOPBACK, uiPort));
    }

    /// File with the secret that says where the UI itself listens.
    Path uiSecret() {
        return home.resolve("ui-secret");
    }

    Path stateFile() {
        return home.resolve("stack.json");
    }

    /// What may hold a person's texts, wherever the home folder lies: its own permissions are left to the person.
    List<Path> ours() {
        return List.of(s3Folder(), cache(), logs(), reports(), temporalDatabase(), stateFile(), lockFile());
    }

    Path lockFile() {
        return home.resolve("stack.lock");
    }

    /// Where the store is: on the stack's own S3 server, or where the AWS SDK's settings point.
    ///
    /// @throws UserError if the key of the stack's own server cannot be read or made
    public S3Location s3() {
        if (!ownS3) {
            return S3Location.configured(bucket);
        }
        S3Key key = S3KeyFile.open(s3KeyFile());
        return new S3Location(bucket, Optional.of(s3Endpoint()), Optional.of(key));
    }
}
