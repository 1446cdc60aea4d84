package spice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import spice.local.TestTemporal;

/// What the program says if a server refuses or is missing. It is its own process with its own environment, on a
/// real Temporal server.
class RefusalsTest {
    @TempDir
    static Path folder;

    private static TestTemporal temporal;

    @BeforeAll
    static void startServer() throws Exception {
        temporal = TestTemporal.start(folder.resolve("temporal"));
    }

    @AfterAll
    static void stopServer() {
        temporal.close();
    }

    @Test
    void aScheduleThatTheServerCannotUseIsExplained() throws Exception {
        assertThat(spice("schedule", "create", "odd", "--cron", "at midnight"))
                .startsWith("2 spice: schedule odd: the server cannot use it (")
                .contains("give --cron as minute hour day month weekday");
    }

    @Test
    void aScheduleIsMadeOnceAndOneThatIsNotThereIsNamed() throws Exception {
        assertThat(spice("schedule", "create", "once", "--every", "24h")).startsWith("0 ");
        assertThat(spice("schedule", "create", "once", "--every", "24h"))
                .isEqualTo(
                        "2 spice: there is a schedule once already; delete it first, or edit it in the Temporal UI\n");
        assertThat(spice("schedule", "trigger", "never"))
                .isEqualTo("2 spice: schedule never: there is none of this name; `spice schedule list` lists the"
                        + " schedules\n");
    }

    @Test
    void aLineageHasOneRun() throws Exception {
        assertThat(spice("run", "--lineage", "mine", "--detach")).isEqualTo("0 Run              mine\nstarted mine\n");
        assertThat(spice("run", "--lineage", "mine", "--detach"))
                .startsWith("2 Run              mine\nspice: lineage mine is being run already")
                .contains("spice watch mine");
    }

    @Test
    void aRunThatIsNotGoingOnIsNamed() throws Exception {
        assertThat(spice("pause", "nobody"))
                .isEqualTo("2 spice: no run nobody is going on; `spice status` lists the runs\n");
    }

    @Test
    void aNamespaceThatIsNotThereIsOneLineWithTheVariablesToCheck() throws Exception {
        assertThat(spice(Map.of("TEMPORAL_NAMESPACE", "nowhere"), "run", "--detach"))
                .startsWith("1 spice: the Temporal server refuses (NOT_FOUND: ")
                .contains("TEMPORAL_NAMESPACE")
                .hasLineCount(1);
    }

    /// A view goes on when the server is started again, but it does not wait for one that is not there.
    @Test
    @Timeout(45)
    void whoWatchesIsToldAtOnceThatNothingIsUp() throws Exception {
        assertThat(new SpiceProcess(folder, "127.0.0.1:1")
                        .says(Map.of("TEMPORAL_ADDRESS", "127.0.0.1:2"), "watch", "mine"))
                .startsWith("1 spice: no Temporal server answers at 127.0.0.1:2 (")
                .endsWith("); start one with `spice up`, or set TEMPORAL_ADDRESS\n");
    }

    @Test
    void withoutATemporalServerItSaysHowToStartOne() throws Exception {
        assertThat(spice(Map.of("TEMPORAL_ADDRESS", "127.0.0.1:1"), "run", "--detach"))
                .startsWith("1 spice: no Temporal server answers at 127.0.0.1:1 (")
                .endsWith("); start one with `spice up`, or set TEMPORAL_ADDRESS\n")
                .hasLineCount(1);
    }

    @Test
    void anS3WithoutRegionOrCredentialsNamesTheVariableToSet() throws Exception {
        Map<String, String> aws = Map.of("SPICE_S3_BUCKET", "mine");
        assertThat(spice(aws, "status"))
                .startsWith("1 spice: S3 is not configured")
                .endsWith("Set AWS_REGION.\n");
        assertThat(spice(Map.of("SPICE_S3_BUCKET", "mine", "AWS_REGION", "us-east-1"), "status"))
                .isEqualTo("1 spice: There are no credentials for AWS S3. Set AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.\n");
    }

    private static String spice(String... arguments) throws Exception {
        return spice(Map.of(), arguments);
    }

    private static String spice(Map<String, String> environment, String... arguments) throws Exception {
        return new SpiceProcess(folder, temporal.address()).says(environment, arguments);
    }
}
