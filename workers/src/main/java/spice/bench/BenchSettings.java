package spice.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import spice.local.LocalSettings;
import spice.model.Devices;

/// What to measure.
///
/// @param runs of each side
/// @param python an interpreter that may have torch
/// @param device that both sides train and sample on
/// @param corpus documents to ingest; empty: some that are written for it
/// @param archive the spice merchant's, which the iterations read
/// @param local where the program and its files are
/// @param program main class of the command line
/// @param instructions the machine's architecture and widest vector instructions
public record BenchSettings(
        Set<Part> parts,
        List<Shape> shapes,
        int runs,
        String python,
        Devices device,
        Optional<Path> corpus,
        Path archive,
        LocalSettings local,
        String program,
        String instructions) {
    public BenchSettings {
        parts = Set.copyOf(parts);
        shapes = List.copyOf(shapes);
    }
}
