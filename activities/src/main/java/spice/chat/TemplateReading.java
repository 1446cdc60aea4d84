package spice.chat;

import java.util.Optional;

/// What reading a model's chat template gave.
///
/// @param texts absent where the template cannot be used
/// @param refusal the reason; empty where it can
record TemplateReading(Optional<DialogueTexts> texts, String refusal) {
    static TemplateReading refused(String reason) {
        return new TemplateReading(Optional.empty(), reason);
    }
}
