package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.model.Devices;
import spice.program.UserError;
import spice.store.s3.S3Location;

class LocalSettingsTest {
    @TempDir
    Path folder;

    @Test
    void withoutVariablesEverythingIsLocal() {
        LocalSettings settings = LocalSettings.from(Map.of());

        assertThat(settings.home()).isEqualTo(Path.of(".spice").toAbsolutePath());
        assertThat(settings.temporalPort()).isEqualTo(7233);
        assertThat(settings.uiPort()).isEqualTo(8233);
        assertThat(settings.s3Port()).isEqualTo(9233);
        assertThat(settings.ownS3()).isTrue();
        assertThat(settings.download()).isTrue();
    }

    @Test
    void variablesMoveIt() {
        LocalSettings settings = LocalSettings.from(
                Map.of("SPICE_HOME", folder.toString(), "SPICE_S3_PORT", "9999", "SPICE_TEMPORAL_DOWNLOAD", "no"));

        assertThat(settings.s3().endpoint()).contains(URI.create("http://127.0.0.1:9999"));
        assertThat(settings.s3().key()).isPresent();
        assertThat(settings.download()).isFalse();
    }

    @Test
    void anS3ServerThatTheSdkKnowsIsUsedInsteadOfOurOwn() {
        assertThat(LocalSettings.from(Map.of("AWS_ENDPOINT_URL_S3", "http://s3.example"))
                        .s3())
                .isEqualTo(S3Location.configured("spice"));
        assertThat(LocalSettings.from(Map.of("SPICE_S3_BUCKET", "my-bucket")).s3())
                .isEqualTo(S3Location.configured("my-bucket"));
    }

    @Test
    void theDeviceIsThatOfTheWorkerWithTheModel() {
        assertThat(LocalSettings.from(Map.of()).devices()).isEqualTo(Devices.CPU);
        assertThat(LocalSettings.from(Map.of("SPICE_DEVICE", "gpu")).devices().names())
                .containsExactly("cuda:0");
        assertThatThrownBy(() -> LocalSettings.from(Map.of("SPICE_DEVICE", "tpu")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tpu is no device; give cpu, or for example cuda:0,cuda:1");
    }

    @Test
    void aStrangePortIsOneClearError() {
        assertThatThrownBy(() -> LocalSettings.from(Map.of("SPICE_UI_PORT", "eighty")))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("SPICE_UI_PORT", "eighty");
        assertThatThrownBy(() -> LocalSettings.from(Map.of("SPICE_UI_PORT", "70000")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("70000");
    }
}
