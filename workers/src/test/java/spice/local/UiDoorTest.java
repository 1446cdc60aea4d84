package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.RawHttp;
import spice.program.UserError;

class UiDoorTest {
    @TempDir
    Path folder;

    @Test
    void aTakenPortIsOneLineWithTheRemedy() throws IOException {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        try (ServerSocket _ = new ServerSocket(settings.uiPort(), 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> UiDoor.open(settings))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("port " + settings.uiPort(), "the Temporal UI", "SPICE_UI_PORT");
        }
    }

    @Test
    void whileTheUiIsAwayItSaysSo() throws IOException {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);
        try (UiDoor _ = UiDoor.open(settings)) {
            assertThat(RawHttp.ask(LocalSettings.loopback(settings.uiPort()), "GET", "/", "Host: localhost\r\n", ""))
                    .contains("502", "does not answer just now");
        }
    }

    @Test
    void theUiHasAPlaceOfItsOwnThatStays() {
        LocalSettings settings = TestStacks.settings(folder.resolve("home"), false);

        assertThat(HiddenUi.of(settings)).isEqualTo(HiddenUi.of(TestStacks.onOtherPorts(settings)));
        assertThat(HiddenUi.of(BigInteger.ZERO)).isEqualTo(new HiddenUi("127.1.1.1", 10_000));
        // 22,768 ports, then 254 values for each of the three parts: 5 + 22768 * (7 + 254 * (8 + 254 * 9)).
        assertThat(HiddenUi.of(BigInteger.valueOf(5 + 22_768L * (7 + 254L * (8 + 254L * 9)))))
                .isEqualTo(new HiddenUi("127.8.9.10", 10_005));
    }
}
