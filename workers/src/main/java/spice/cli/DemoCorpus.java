package spice.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import spice.archive.SpiceArchive;
import spice.domain.Seed;

/// The spice merchant's archive: the corpus of a run that names none.
final class DemoCorpus {
    static final String NAME = "archive";

    static final Seed SEED = new Seed(1);

    private DemoCorpus() {}

    /// The archive in this folder, which is written if it is not there yet.
    static Path below(Path home) {
        Path archive = home.resolve(NAME);
        if (!Files.isDirectory(archive)) {
            SpiceArchive.write(archive, SEED);
        }
        return archive;
    }
}
