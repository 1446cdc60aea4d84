package spice.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MlflowSettingsTest {
    @Test
    void settingsAreThoseOfMlflowsOwnClients() {
        assertThat(MlflowSettings.from(Map.of())).isEmpty();
        MlflowSettings read = MlflowSettings.from(Map.of(
                        "MLFLOW_TRACKING_URI",
                        "https://mlflow.example:5000/",
                        "MLFLOW_TRACKING_USERNAME",
                        "ann",
                        "MLFLOW_TRACKING_PASSWORD",
                        "secret"))
                .orElseThrow();
        assertThat(read.server()).isEqualTo(URI.create("https://mlflow.example:5000"));
        assertThat(read.authorization()).contains("Basic YW5uOnNlY3JldA==");
        assertThat(read).asString().doesNotContain("secret", "YW5u");
    }

    @Test
    void aPasswordHasNoPlaceInTheAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> MlflowSettings.from(Map.of("MLFLOW_TRACKING_URI", "http://ann:secret@mlflow.example")))
                .withMessageContaining("MLFLOW_TRACKING_URI")
                .withMessageNotContaining("secret");
    }
}
