package spice.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsIdentityTest {
    /// As commit 152a7db gave them, before there were top-k, top-p and min-p.
    @ParameterizedTest
    @CsvSource({
        "nano, 418d5a1fdca5cddf9d51de5b31a0b383f4e962b2a0503577004ad38d42d59fe7",
        "paper, 5996368414ebc4ae39efa09eca6aaf5082979e63e56e263f1a4aeeb8bef7651c"
    })
    void presetsKeepTheIdentityUnderWhichOlderVersionsStored(String preset, String digest) throws InvalidSettings {
        assertThat(SettingsIdentity.digest(SettingsReader.read("{\"preset\": \"%s\"}".formatted(preset))))
                .isEqualTo(digest);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"topK\": 50}",
                "{\"topP\": 0.95}",
                "{\"minP\": 0.05}",
                "{\"sampleTokens\": 4096}",
                "{\"temperature\": 0.9}"
            })
    void whatChangesResultsChangesTheIdentity(String settings) throws InvalidSettings {
        assertThat(SettingsIdentity.digest(SettingsReader.read(settings)))
                .isNotEqualTo(SettingsIdentity.digest(SettingsReader.read("{}")));
    }

    @Test
    void howLongToRunDoesNot() throws InvalidSettings {
        assertThat(SettingsIdentity.digest(SettingsReader.read("{\"iterations\": 7}")))
                .isEqualTo(SettingsIdentity.digest(SettingsReader.read("{}")));
    }
}
