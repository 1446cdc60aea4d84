package spice.model;

import java.nio.file.Path;
import java.util.List;

/// A model opened from its folder, ready to sample.
public final class LanguageModel implements Policy {
    private LanguageModel() {}

    /// Opens a model folder in Hugging Face layout. `intraOpThreads` is what every call of [#sample] uses inside one
    /// operator.
    ///
    /// @throws ModelException if a file is missing, damaged or does not fit the others
    public static LanguageModel open(Path folder, int intraOpThreads) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TextCodec codec() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<List<Completion>> sample(List<PromptGroup> groups, Sampling sampling) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
