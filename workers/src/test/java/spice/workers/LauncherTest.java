package spice.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `./spice` itself says before there is a program: on a machine where nothing is built, with stand-ins for
/// what it looks for.
class LauncherTest {
    /// What the launcher calls; the rest of this machine's programs stays out of its sight.
    private static final List<String> TOOLS = List.of(
            "bash",
            "cat",
            "chmod",
            "dirname",
            "find",
            "flock",
            "git",
            "grep",
            "head",
            "mkdir",
            "mktemp",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "sort",
            "tail",
            "touch",
            "wc");

    @TempDir
    Path folder;

    private Path root;
    private Path programs;

    @BeforeEach
    void copyTheLauncher() throws IOException {
        root = Files.createDirectories(folder.resolve("program"));
        programs = Files.createDirectories(folder.resolve("bin"));
        Files.copy(Path.of("../spice"), root.resolve("spice"));
        Files.createDirectories(root.resolve("infra"));
        for (String tool : TOOLS) {
            for (String place : List.of("/usr/bin", "/bin")) {
                if (Files.exists(Path.of(place, tool)) && !Files.exists(programs.resolve(tool))) {
                    Files.createSymbolicLink(programs.resolve(tool), Path.of(place, tool));
                }
            }
        }
        script(root.resolve("infra/find-jdk25"), "echo /the/jdk");
        maven("3.9.9", "exit 0");
    }

    @Test
    void withoutAJdkItSaysWhichToInstall() throws Exception {
        script(root.resolve("infra/find-jdk25"), "exit 1");

        assertThat(run(Map.of(), "up"))
                .isEqualTo(
                        "1 spice: there is no JDK 25. Install one (e.g. Temurin 25) below /usr/lib/jvm, or set JAVA_HOME to it.\n");
    }

    @Test
    void withoutMavenItSaysWhichToInstall() throws Exception {
        Files.delete(programs.resolve("mvn"));

        assertThat(run(Map.of(), "up"))
                .isEqualTo("1 spice: there is no mvn on the PATH. Install Maven 3.8 or newer.\n");
    }

    @Test
    void anOldMavenIsNamedWithItsVersion() throws Exception {
        maven("3.6.3", "exit 0");

        assertThat(run(Map.of(), "up")).isEqualTo("1 spice: Maven is 3.6.3. Install 3.8 or newer.\n");
    }

    @Test
    void aHomeThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        assertThat(run(Map.of("SPICE_HOME", file.resolve("home").toString()), "up"))
                .isEqualTo(
                        "1 spice: cannot write to %s/home (Not a directory). Set SPICE_HOME to a folder that can be written.\n"
                                .formatted(file));
    }

    @Test
    void aFailedBuildShowsMavensErrorsAndWhereTheRestIs() throws Exception {
        maven("3.9.9", "echo '[INFO] much'; echo '[ERROR] Loop.java:[3,1] ; expected'; exit 1");

        assertThat(run(Map.of(), "status"))
                .isEqualTo(
                        "1 [ERROR] Loop.java:[3,1] ; expected\nspice: the build failed; all of it is in %s/.spice/logs/build.log\n"
                                .formatted(root));
    }

    @Test
    void aBuildWithoutANetworkSaysSo() throws Exception {
        maven("3.9.9", "echo '[ERROR] Could not transfer artifact a:b:1 from central'; exit 1");

        assertThat(run(Map.of(), "status")).contains("could not fetch something. Is the network there", "settings.xml");
    }

    private void maven(String version, String build) throws IOException {
        script(
                programs.resolve("mvn"),
                "[[ $1 == --version ]] && echo 'Apache Maven %s' && exit\n%s".formatted(version, build));
    }

    private static void script(Path file, String lines) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + lines + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /// The exit code and all that it said.
    private String run(Map<String, String> environment, String... arguments) throws Exception {
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(Stream.of(root.resolve("spice").toString()), Stream.of(arguments))
                                .toList())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", programs.toString(), "HOME", folder.toString()));
        builder.environment().putAll(environment);
        int exitCode = builder.start().waitFor();
        return "%d %s".formatted(exitCode, Files.readString(said, UTF_8));
    }
}
