package spice.roles;

import java.util.Map;
import spice.chat.ChatTemplate;
import spice.chat.ChatTemplates;
import spice.checkpoints.Checkpoints;
import spice.formats.AnswerFormat;
import spice.formats.JsonFormat;
import spice.formats.NanoFormat;
import spice.formats.RoleFormat;
import spice.model.ModelException;
import spice.model.Policy;
import spice.runs.CheckpointRef;
import spice.runs.Failure;
import spice.settings.RunSettings;
import spice.store.BlobRef;
import spice.store.BlobStore;

/// A policy with the format in which its two roles are prompted and read.
public record Player(Policy policy, RoleFormat format) {

    /// The checkpoint's policy with the settings' format and the checkpoint's own chat template.
    ///
    /// @throws io.temporal.failure.ApplicationFailure `MODEL_UNUSABLE` if the chat template cannot be used
    public static Player of(BlobStore store, CheckpointRef checkpoint, Policy policy, RunSettings settings) {
        return switch (settings.roles()) {
            case NANO -> new Player(policy, new NanoFormat());
            case JSON ->
                inJson(store, new Checkpoints(store).manifest(checkpoint).files(), policy);
        };
    }

    /// A policy that is asked in the paper's prompts, by its own chat template.
    ///
    /// @param files of the model; weights may be left out
    /// @throws io.temporal.failure.ApplicationFailure `MODEL_UNUSABLE` if the chat template cannot be used
    public static Player inJson(BlobStore store, Map<String, BlobRef> files, Policy policy) {
        try {
            ChatTemplate chat = ChatTemplates.of(store, files, policy.codec().stopTokens());
            return new Player(EndedReplies.by(chat, policy), new JsonFormat(chat));
        } catch (ModelException e) {
            throw Failure.MODEL_UNUSABLE.because(e);
        }
    }

    /// The format that reads the Reasoner's answers, which needs no model.
    public static AnswerFormat answers(RunSettings settings) {
        return switch (settings.roles()) {
            case NANO -> new NanoFormat();
            case JSON -> JsonFormat.ANSWERS;
        };
    }
}
