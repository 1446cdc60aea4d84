package spice.runs;

import spice.store.BlobRef;

/// An ingested corpus.
///
/// @param manifest the list of files taken and refused
/// @param documents files that gave at least one passage
/// @param passages passages that may be drawn
/// @param refused files that could not be used
public record CorpusRef(BlobRef manifest, int documents, int passages, int refused) {}
