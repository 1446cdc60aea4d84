package spice.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import spice.archive.SpiceArchive;
import spice.domain.Seed;

/// The spice merchant's archive: the corpus of a run that names none.
final class MerchantsArchive {
    static final String NAME = "archive";

    static final Seed SEED = new Seed(1);

    private MerchantsArchive() {}

    /// The archive in this folder; written aside and then moved, so that one that is there is whole.
    static Path below(Path home) {
        Path archive = home.resolve(NAME);
        if (!Files.isDirectory(archive)) {
            try {
                Files.createDirectories(home);
                Path aside = Files.createTempDirectory(home, "archive-");
                Path written = aside.resolve(NAME);
                SpiceArchive.write(written, SEED);
                Files.move(written, archive, StandardCopyOption.ATOMIC_MOVE);
                Files.delete(aside);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the archive below %s".formatted(home), e);
            }
        }
        return archive;
    }
}
