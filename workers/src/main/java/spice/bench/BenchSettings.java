package spice.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import spice.local.LocalSettings;
import spice.model.Devices;

/// Settings of `spice bench`.
///
/// @param shapes of the models to train and sample with
/// @param runs of each side
/// @param python interpreter of the other side, which may lack torch
/// @param device that both sides train and sample on
/// @param corpus folder of documents to ingest; empty to generate some
/// @param archive folder of the spice merchant's archive, which the iterations read
/// @param local settings of the user's own stack: where the program and its files are
/// @param program main class of the command line
public record BenchSettings(
        Set<BenchPart> parts,
        List<Shape> shapes,
        int runs,
        String python,
        Devices device,
        Optional<Path> corpus,
        Path archive,
        LocalSettings local,
        String program) {
    public BenchSettings {
        parts = Set.copyOf(parts);
        shapes = List.copyOf(shapes);
    }
}
