package spice.follow;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import spice.live.LiveServer;
import spice.local.LocalSettings;
import spice.local.SecretFile;
import spice.local.StackAddresses;
import spice.store.s3.S3BlobStore;
import spice.temporal.Patience;
import spice.temporal.RunStanding;
import spice.temporal.TemporalConnection;

/// The live web view of a stack's runs. The process that started the stack serves it, at the same address after
/// every start.
public final class LiveView implements AutoCloseable {
    private final LocalSettings settings;
    private final boolean isServed;
    private final @Nullable AutoCloseable served;

    private LiveView(LocalSettings settings, boolean isServed, @Nullable AutoCloseable served) {
        this.settings = settings;
        this.isServed = isServed;
        this.served = served;
    }

    /// Serves a stack's runs if the stack is ours, and prints their address. The runs of another's stack are served
    /// by the process that started it.
    ///
    /// @param out prints the line with the address
    public static LiveView open(StackAddresses stack, boolean isOurs, LocalSettings settings, Consumer<String> out) {
        LiveView view = isOurs ? serve(stack, settings, out) : new LiveView(settings, true, null);
        view.home().ifPresent(home -> out.accept("Live view        " + home));
        return view;
    }

    private static LiveView serve(StackAddresses addresses, LocalSettings settings, Consumer<String> out) {
        TemporalConnection temporal =
                TemporalConnection.openAt(addresses.temporal(), "spice live view", Patience.OWN_STACK);
        S3BlobStore store = S3BlobStore.open(addresses.s3());
        try {
            LiveServer server = LiveServer.start(
                    store,
                    ReportFile.address(addresses.s3()),
                    new RunStanding(temporal, addresses.ui()),
                    token(settings),
                    LocalSettings.loopback(settings.livePort()));
            return new LiveView(settings, true, () -> {
                server.close();
                store.close();
                temporal.close();
            });
        } catch (IOException e) {
            store.close();
            temporal.close();
            out.accept("Live view        none: port %d is taken (%s); set SPICE_LIVE_PORT to another one"
                    .formatted(settings.livePort(), e.getMessage()));
            return new LiveView(settings, false, null);
        }
    }

    private static String token(LocalSettings settings) {
        return SecretFile.open(settings.liveToken(), List.of()).getFirst();
    }

    /// Address of the list of runs; empty if it is not served.
    private Optional<String> home() {
        return isServed ? Optional.of(home(settings)) : Optional.empty();
    }

    private static String home(LocalSettings settings) {
        return "http://%s:%d/%s/"
                .formatted(
                        LocalSettings.loopback(settings.livePort()).getHostString(),
                        settings.livePort(),
                        token(settings));
    }

    /// Address of a run's page, as the process that started the stack serves it.
    public static String page(LocalSettings settings, String lineage) {
        return "%s%s/".formatted(home(settings), lineage);
    }

    /// Address of a run's page; empty if it is not served.
    public Optional<String> page(String lineage) {
        return home().map(home -> "%s%s/".formatted(home, lineage));
    }

    @Override
    public void close() {
        if (served != null) {
            try {
                served.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
