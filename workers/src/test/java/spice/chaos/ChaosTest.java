package spice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import spice.archive.SpiceArchive;
import spice.domain.Seed;
import spice.local.LocalSettings;

/// Three runs of the product with all its processes, disturbed at moments drawn from three fixed seeds.
class ChaosTest {
    private static final long FIRST_SEED = 1;

    @TempDir
    Path folder;

    /// On a busy machine each of the four runs may take six minutes before it counts as hanging.
    @Test
    @Timeout(value = 25, unit = TimeUnit.MINUTES)
    void whateverIsKilledTheCheckpointIsTheSame() throws Exception {
        Path archive = folder.resolve("archive");
        SpiceArchive.write(archive, new Seed(1));
        // Finds the Temporal server where `./spice test` keeps it.
        LocalSettings local = LocalSettings.from(
                Map.of("SPICE_ROOT", "..", "SPICE_HOME", System.getenv().getOrDefault("SPICE_HOME", "../.spice")));
        ChaosSettings settings = new ChaosSettings(
                3,
                FIRST_SEED,
                EnumSet.allOf(Disturbance.class),
                local,
                folder.resolve("chaos"),
                archive,
                "spice.cli.Spice");

        ChaosReport report = new Chaos(settings, System.out::println).run();

        assertThat(report.runs())
                .as("%s", report.table())
                .hasSize(3)
                .allMatch(run -> run.trouble().isEmpty());
        assertThat(report.counts().keySet())
                .containsAll(Arrays.stream(Disturbance.values())
                        .filter(Disturbance::isKill)
                        .toList());
    }
}
