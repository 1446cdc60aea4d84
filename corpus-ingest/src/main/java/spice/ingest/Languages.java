package spice.ingest;

import org.apache.tika.langdetect.optimaize.OptimaizeLangDetector;
import org.apache.tika.language.detect.LanguageDetector;
import org.apache.tika.language.detect.LanguageResult;

/// Detects the language of a text, if the text is long and clear enough.
final class Languages {
    static final String UNDETERMINED = "und";

    private static final int SHORTEST = 200;
    private static final int SAMPLE = 4000;

    /// Loaded once, at first use: its models take a second and about 100 MB.
    private static final class Loaded {
        static final LanguageDetector DETECTOR = new OptimaizeLangDetector().loadModels();
    }

    private Languages() {}

    /// ISO 639 code, or [#UNDETERMINED].
    static String of(String text) {
        if (text.length() < SHORTEST) {
            return UNDETERMINED;
        }
        // A detector keeps the text that it looks at.
        synchronized (Loaded.DETECTOR) {
            LanguageResult result = Loaded.DETECTOR.detect(text.substring(0, Math.min(text.length(), SAMPLE)));
            return result.isReasonablyCertain() ? result.getLanguage() : UNDETERMINED;
        }
    }
}
