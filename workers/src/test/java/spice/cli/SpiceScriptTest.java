package spice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `./spice` itself says before the program is built, on a machine with stand-ins for the tools it looks for.
class SpiceScriptTest {
    /// The tools that the launcher calls; it finds no other programs of this machine.
    private static final List<String> TOOLS = List.of(
            "awk",
            "bash",
            "cat",
            "chmod",
            "dirname",
            "env",
            "find",
            "flock",
            "git",
            "grep",
            "head",
            "mkdir",
            "mktemp",
            "mv",
            "nice",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "sort",
            "tail",
            "tee",
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

    @Test
    void javaNeverStartsInALocaleOfAsciiAlone() throws Exception {
        Path jdk = folder.resolve("jdk");
        script(root.resolve("infra/find-jdk25"), "echo '%s'".formatted(jdk));
        script(Files.createDirectories(jdk.resolve("bin")).resolve("java"), "echo \"$LC_ALL\"");
        Files.writeString(root.resolve("pom.xml"), "<jvm.flags>-ea</jvm.flags>\n");
        Files.writeString(
                Files.createDirectories(root.resolve("workers/target")).resolve("spice.classpath"), "classes");
        assertThat(run(Map.of(), "status")).isEqualTo("0 C.UTF-8\n");

        script(programs.resolve("locale"), "echo ANSI_X3.4-1968");
        assertThat(run(Map.of("LC_ALL", "C"), "status")).isEqualTo("0 C.UTF-8\n");

        script(programs.resolve("locale"), "echo UTF-8");
        assertThat(run(Map.of("LC_ALL", "C.utf8"), "status")).isEqualTo("0 C.utf8\n");
    }

    /// Commands that start no processes run on jars, whose classes Java maps from the archive. The stand-in for
    /// Java says how it was called.
    @Test
    void commandsThatOnlyAskStartFromSharedClasses() throws Exception {
        Path jdk = Files.createDirectories(folder.resolve("jdk/bin")).getParent();
        script(root.resolve("infra/find-jdk25"), "echo '%s'".formatted(jdk));
        script(jdk.resolve("bin/jar"), "exit 0");
        script(jdk.resolve("bin/java"), "echo \"$@\"");
        Files.writeString(root.resolve("pom.xml"), "<jvm.flags>-Dour=flag</jvm.flags>\n");
        Path classes = Files.createDirectories(root.resolve("workers/target/classes"));
        maven("3.9.9", "echo /a/library.jar >'%s'".formatted(classes.resolveSibling("dependencies")));
        assertThat(run(Map.of(), "status"))
                .isEqualTo("0 -Dour=flag -Xmx512m -XX:+UseSerialGC -cp %s:/a/library.jar spice.cli.Spice status\n"
                        .formatted(classes));

        Path shared = classes.resolveSibling("shared");
        while (!Files.exists(shared.resolve("classpath"))) {
            Thread.sleep(50);
        }
        String archive = "-XX:SharedArchiveFile=%s/classes.jsa -Xlog:cds=off -Xlog:aot=off".formatted(shared);
        String jars = "%s/1.jar:/a/library.jar".formatted(shared);
        assertThat(run(Map.of(), "status"))
                .isEqualTo(
                        "0 -Dour=flag -XX:TieredStopAtLevel=1 %s -Xmx512m -XX:+UseSerialGC -cp %s spice.cli.Spice status\n"
                                .formatted(archive, jars));
        assertThat(run(Map.of(), "run", "--detach"))
                .isEqualTo("0 -Dour=flag %s -Xmx512m -XX:+UseSerialGC -cp %s spice.cli.Spice run --detach\n"
                        .formatted(archive, jars));
        assertThat(run(Map.of(), "up"))
                .isEqualTo("0 -Dour=flag -Xmx512m -XX:+UseSerialGC -cp %s:/a/library.jar spice.cli.Spice up\n"
                        .formatted(classes));
        assertThat(root.resolve(".spice/logs/build.log"))
                .content()
                .contains("-XX:ArchiveClassesAtExit=%s/classes.jsa -cp %s spice.cli.Spice status"
                        .formatted(shared, jars));
    }

    /// The report of a test class that took so long, with one test for each of these outcomes.
    private static String report(String name, double seconds, String... outcomes) {
        long failed =
                Stream.of(outcomes).filter(each -> each.startsWith("<failure")).count();
        long skipped =
                Stream.of(outcomes).filter(each -> each.startsWith("<skipped")).count();
        String cases = Stream.of(outcomes)
                .map(each -> "  <testcase name=\"works\" classname=\"%s\" time=\"0.1\">%n%s%n  </testcase>%n"
                        .formatted(name, each))
                .collect(Collectors.joining());
        return """
            <testsuite version="3.0.2" name="%s" time="%.3f" tests="%d" errors="0" skipped="%d" failures="%d">
            %s</testsuite>
            """.formatted(name, seconds, outcomes.length, skipped, failed, cases);
    }

    @Test
    void theTestsEndWithWhatWasNotRunTheTenSlowestClassesAndTheTotals() throws Exception {
        script(programs.resolve("temporal"), "exit 0");
        Path written = Files.createDirectories(folder.resolve("written"));
        for (int number = 1; number <= 12; number++) {
            Files.writeString(
                    written.resolve("TEST-spice.Some%dTest.xml".formatted(number)),
                    report("spice.Some%dTest".formatted(number), number * 9.5, ""));
        }
        Files.writeString(
                written.resolve("TEST-spice.OtherTest.xml"),
                report("spice.OtherTest", 0.004, "<failure/>", "<skipped message=\"there is no browser\"/>"));
        Path reports = Files.createDirectories(root.resolve("domain/target/surefire-reports"));
        Files.writeString(reports.resolve("TEST-spice.GoneTest.xml"), report("spice.GoneTest", 900, ""));
        maven(
                "3.9.9",
                "mkdir -p '%1$s'; cat '%2$s'/*Some* >'%1$s/TEST-a.xml'; cat '%2$s'/*Other* >'%1$s/TEST-b.xml'"
                        .formatted(reports, written));

        assertThat(run(Map.of("LC_ALL", "C"), "test")).isEqualTo("""
                1 not run: spice.OtherTest.works: there is no browser
                slowest:  114.0 s  spice.Some12Test
                slowest:  104.5 s  spice.Some11Test
                slowest:   95.0 s  spice.Some10Test
                slowest:   85.5 s  spice.Some9Test
                slowest:   76.0 s  spice.Some8Test
                slowest:   66.5 s  spice.Some7Test
                slowest:   57.0 s  spice.Some6Test
                slowest:   47.5 s  spice.Some5Test
                slowest:   38.0 s  spice.Some4Test
                slowest:   28.5 s  spice.Some3Test
                12 passed, 1 failed, 1 skipped
                """);
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

    /// Runs the launcher and returns its exit code and its whole output.
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
