package spice.local;

import com.google.protobuf.util.Durations;
import io.grpc.StatusRuntimeException;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.namespace.v1.NamespaceConfig;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.UpdateNamespaceRequest;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import spice.processes.Holder;
import spice.processes.LiveProcess;
import spice.processes.LogFile;
import spice.program.UserError;
import spice.store.OwnerOnly;

/// The stack's own Temporal server: one process, Web UI included, with its state in a database file. [UiDoor]
/// leads to the UI.
final class TemporalServer {
    static final String NAMESPACE = "default";

    /// How long closed runs are kept. The server's own default of one day would lose them overnight.
    static final Duration RETENTION = Duration.ofDays(90);

    /// Settings that make the server take turns between runs that wait for the same workers, and migrate tasks that
    /// already wait. Fairness holds within one partition only, so there is one.
    private static final List<String> TURNS = List.of(
            "matching.useNewMatcher=true",
            "matching.enableFairness=true",
            "matching.enableMigration=true",
            "matching.numTaskqueueReadPartitions=1",
            "matching.numTaskqueueWritePartitions=1");

    /// No request can name this host, so the frontend's HTTP API, which no part of ours uses, refuses all: it asks
    /// neither
    /// for a key nor for the page that a request comes from, and its port is easily found.
    private static final List<String> SHUT = List.of("frontend.httpAllowedHosts=[\"no host\"]");

    /// Longest time for a start.
    static final Duration START = Duration.ofSeconds(90);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final TemporalRung.Binary binary;
    private final LocalSettings settings;
    private final HiddenUi ui;
    private final Map<String, IndexedValueType> searchAttributes;

    TemporalServer(TemporalRung.Binary binary, LocalSettings settings, Map<String, IndexedValueType> searchAttributes) {
        this.binary = binary;
        this.settings = settings;
        this.ui = HiddenUi.of(settings);
        this.searchAttributes = new TreeMap<>(searchAttributes);
    }

    /// How to connect to a stack's own server.
    static ClientConfigProfile profile(String address) {
        return ClientConfigProfile.newBuilder()
                .setAddress(address)
                .setNamespace(NAMESPACE)
                .build();
    }

    LogFile log() {
        return new LogFile(settings.logs().resolve("temporal.log"));
    }

    /// The command that starts the server. Naming an attribute that is already registered does no harm.
    List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                binary.path().toString(),
                "server",
                "start-dev",
                "--ip",
                LocalSettings.LOOPBACK,
                "--port",
                Integer.toString(settings.temporalPort()),
                "--ui-ip",
                ui.host(),
                "--ui-port",
                Integer.toString(ui.port()),
                "--db-filename",
                settings.temporalDatabase().toString()));
        Stream.concat(TURNS.stream(), SHUT.stream()).forEach(value -> {
            command.add("--dynamic-config-value");
            command.add(value);
        });
        searchAttributes.forEach((name, type) -> {
            command.add("--search-attribute");
            command.add("%s=%s".formatted(name, inWords(type)));
        });
        return command;
    }

    /// The type as `temporal` spells it, e.g. `KeywordList`.
    private static String inWords(IndexedValueType type) {
        return Pattern.compile("_")
                .splitAsStream(type.name().replace("INDEXED_VALUE_TYPE_", ""))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /// Checks what can be checked before the server is started.
    ///
    /// @throws UserError if its port or the database is in use, or a newer server wrote the database
    void requireReady() {
        Ports.requireFree(settings.temporalPort(), "the Temporal server", "SPICE_TEMPORAL_PORT");
        Path database = settings.temporalDatabase();
        Holder.ofFile(database).ifPresent(holder -> {
            throw new UserError("%s is locked: %s is using it. Stop that, or set SPICE_HOME to another folder."
                    .formatted(database, holder));
        });
        writer().filter(version -> version.compareTo(binary.version()) > 0).ifPresent(version -> {
            throw new UserError(
                    "%s was written by Temporal server %s, but %s holds %s, which may not be able to read it. Put a newer `temporal` on the PATH, or move the file away: the store keeps what the runs have made."
                            .formatted(database, version, binary.path(), binary.version()));
        });
    }

    /// Waits until the server and its UI answer.
    ///
    /// @return whether they did within this time
    boolean isUp(Duration patience) throws InterruptedException {
        WorkflowServiceStubs stubs = stubs();
        try {
            return new Polling(patience, LOOK).until(() -> isServing(stubs), () -> false);
        } finally {
            stubs.shutdownNow();
        }
    }

    /// Waits until the server and its UI answer, and signs the namespace.
    ///
    /// @throws UserError if the process ends, or does not answer within this time
    void awaitUp(LiveProcess process, Duration patience) throws InterruptedException {
        WorkflowServiceStubs stubs = stubs();
        try {
            if (!new Polling(patience, LOOK).until(() -> isServing(stubs), () -> !process.isAlive())) {
                throw process.isAlive()
                        ? new UserError("the Temporal server did not come up within %d s: %s. All it said: %s"
                                .formatted(patience.toSeconds(), log().tail(), log().path()))
                        : ended(process.ending());
            }
            sign(stubs);
            OwnerOnly.write(versionFile(), binary.version().toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UserError("cannot write %s (%s). Is its disk full?".formatted(versionFile(), e.getMessage()), e);
        } finally {
            stubs.shutdownNow();
        }
    }

    private WorkflowServiceStubs stubs() {
        return WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(settings.temporalAddress())
                .build());
    }

    private boolean isServing(WorkflowServiceStubs stubs) {
        try {
            stubs.healthCheck();
            stubs.blockingStub().describeNamespace(describeDefault());
            return uiAnswers();
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    private boolean uiAnswers() {
        OptionalInt status = HttpProbe.status(ui.address(), START);
        return status.isPresent() && status.getAsInt() == HttpURLConnection.HTTP_OK;
    }

    private static DescribeNamespaceRequest describeDefault() {
        return DescribeNamespaceRequest.newBuilder().setNamespace(NAMESPACE).build();
    }

    /// Says in the namespace whose server this is, and how long it keeps closed runs.
    private void sign(WorkflowServiceStubs stubs) {
        stubs.blockingStub()
                .updateNamespace(UpdateNamespaceRequest.newBuilder()
                        .setNamespace(NAMESPACE)
                        .setUpdateInfo(StackName.make(settings).asInfo())
                        .setConfig(NamespaceConfig.newBuilder()
                                .setWorkflowExecutionRetentionTtl(Durations.fromDays(RETENTION.toDays())))
                        .build());
    }

    private UserError ended(String ending) {
        String says = log().tail();
        if (says.contains("database is locked")) {
            return new UserError("%s is locked by another program. Stop that, or set SPICE_HOME to another folder."
                    .formatted(settings.temporalDatabase()));
        }
        return new UserError("the Temporal server (%s) ended (%s): %s. All it said: %s"
                .formatted(binary.path(), ending, says, log().path()));
    }

    /// The version of the server that wrote the database; empty if unknown.
    private Optional<TemporalVersion> writer() {
        try {
            return Files.exists(settings.temporalDatabase()) && Files.exists(versionFile())
                    ? TemporalVersion.parse(Files.readString(versionFile()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UserError("cannot read %s (%s)".formatted(versionFile(), e.getMessage()), e);
        }
    }

    private Path versionFile() {
        return settings.home().resolve("temporal.db.version");
    }
}
