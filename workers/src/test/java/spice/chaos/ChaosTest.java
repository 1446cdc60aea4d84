package spice.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.archive.SpiceArchive;
import spice.domain.Seed;
import spice.local.LocalSettings;

/// Three runs of the product, with all its processes, killed at moments that three fixed seeds give.
class ChaosTest {
    private static final long FIRST_SEED = 1;

    @TempDir
    Path folder;

    @Test
    void whateverIsKilledTheCheckpointIsTheSame() throws Exception {
        Path archive = folder.resolve("archive");
        SpiceArchive.write(archive, new Seed(1));
        // The Temporal server is kept where `./spice test` keeps it.
        LocalSettings local = LocalSettings.from(
                Map.of("SPICE_ROOT", "..", "SPICE_HOME", System.getenv().getOrDefault("SPICE_HOME", "../.spice")));
        ChaosSettings settings = new ChaosSettings(
                3,
                FIRST_SEED,
                EnumSet.allOf(Disturbance.class),
                local,
                folder.resolve("chaos"),
                archive,
                "spice.workers.Spice");

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
