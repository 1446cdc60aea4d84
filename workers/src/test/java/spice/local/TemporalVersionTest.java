package spice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporalVersionTest {
    @Test
    void theServersVersionCountsNotTheBinarys() {
        assertThat(TemporalVersion.ofServer("temporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)"))
                .contains(new TemporalVersion(1, 31, 2));
        assertThat(TemporalVersion.ofServer("temporal version 1.9.1 (Server 1.32.0-158.1, UI 2.54.1)"))
                .contains(new TemporalVersion(1, 32, 0));
        assertThat(TemporalVersion.ofServer("temporal version 1.9.1")).isEmpty();
    }

    @Test
    void versionsAreOrderedAsNumbers() {
        assertThat(new TemporalVersion(1, 9, 0)).isLessThan(TemporalVersion.OLDEST);
        assertThat(new TemporalVersion(1, 31, 0)).isEqualByComparingTo(TemporalVersion.OLDEST);
        assertThat(new TemporalVersion(1, 31, 10)).isGreaterThan(new TemporalVersion(1, 31, 9));
        assertThat(new TemporalVersion(2, 0, 0)).isGreaterThan(new TemporalVersion(1, 31, 9));
    }

    @Test
    void aVersionIsReadAsItIsWritten() {
        assertThat(TemporalVersion.parse(new TemporalVersion(1, 31, 2).toString()))
                .contains(new TemporalVersion(1, 31, 2));
        assertThat(TemporalVersion.parse("torn")).isEmpty();
    }

    @Test
    void whatDoesNotRunHasNoVersion() {
        assertThat(TemporalVersion.of(Path.of("/nonexistent/temporal"))).isEmpty();
    }
}
