package spice.telemetry;

import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import com.uber.m3.tally.ScopeCloseException;
import com.uber.m3.util.Duration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import spice.processes.ProcessMemory;

/// The meters of this process, served to Prometheus.
public final class Telemetry implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Telemetry.class);
    /// How often the Temporal SDK reports its figures.
    private static final Duration REPORT = Duration.ofSeconds(5);

    private final PrometheusMeterRegistry meters;
    private final MetersEndpoint endpoint;
    private final JvmGcMetrics gc;
    private final Optional<Path> target;
    private @Nullable Scope temporal;

    private Telemetry(PrometheusMeterRegistry meters, MetersEndpoint endpoint, JvmGcMetrics gc, Optional<Path> target) {
        this.meters = meters;
        this.endpoint = endpoint;
        this.gc = gc;
        this.target = target;
    }

    /// Starts to count and to serve.
    ///
    /// @param process name of the process in Prometheus, e.g. `gpu-worker`
    /// @param folder in which Prometheus finds the address; see [Target]
    /// @throws IOException if the address cannot be listened on
    public static Telemetry start(String process, ListenAddress address, Path folder) throws IOException {
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MetersEndpoint endpoint = MetersEndpoint.open(address, meters);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(meters);
        Gauge.builder("spice.process.resident", Telemetry::residentBytes)
                .description("memory of the process, the models outside of the Java heap included")
                .baseUnit("bytes")
                .register(meters);
        String found = new ListenAddress(address.host(), endpoint.port()).toString();
        log.info("meters at http://{}/metrics", found);
        return new Telemetry(meters, endpoint, gc, announce(Target.of(process, found), folder));
    }

    /// Writes the target's file; empty if that fails. Prometheus may then not find the process, but the work goes
    /// on.
    private static Optional<Path> announce(Target target, Path folder) {
        try {
            return Optional.of(target.write(folder));
        } catch (IOException e) {
            log.warn("cannot tell Prometheus by a file below {} where to look ({})", folder, e.toString());
            return Optional.empty();
        }
    }

    private static double residentBytes() {
        try {
            OptionalLong bytes = ProcessMemory.resident(ProcessHandle.current().pid());
            return bytes.isPresent() ? bytes.getAsLong() : Double.NaN;
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    public MeterRegistry meters() {
        return meters;
    }

    /// The scope that takes the Temporal SDK's figures into the meters.
    public synchronized Scope temporal() {
        if (temporal == null) {
            temporal = new RootScopeBuilder()
                    .reporter(new MicrometerClientStatsReporter(meters))
                    .reportEvery(REPORT);
        }
        return temporal;
    }

    int port() {
        return endpoint.port();
    }

    @Override
    public synchronized void close() {
        endpoint.close();
        try {
            if (temporal != null) {
                temporal.close();
            }
            if (target.isPresent()) {
                Files.deleteIfExists(target.get());
            }
        } catch (ScopeCloseException | IOException e) {
            log.warn("left behind", e);
        }
        gc.close();
        meters.close();
    }
}
