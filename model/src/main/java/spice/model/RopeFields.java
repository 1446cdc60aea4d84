package spice.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalDouble;

/// The rotary part of a `config.json`: `rope_theta` and `rope_scaling`, or `rope_parameters` with both in it, as
/// transformers writes since version 5. The type is `rope_type`, or `type` in older files.
final class RopeFields {
    private static final String PARAMETERS = "rope_parameters";
    private static final String SCALING = "rope_scaling";
    private static final String THETA = "rope_theta";
    private static final String ORIGINAL = "original_max_position_embeddings";
    /// transformers' default.
    private static final double USUAL_THETA = 10_000;

    private RopeFields() {}

    /// Reads the rotary fields of a config.
    ///
    /// @param maxPositions the original context if the config gives none
    static Rope read(JsonFields config, int maxPositions) {
        double theta = config.number(THETA, USUAL_THETA);
        if (config.has(PARAMETERS)) {
            JsonFields fields = config.object(PARAMETERS);
            return new Rope(fields.number(THETA, theta), scaling(fields, maxPositions));
        }
        return config.has(SCALING) ? new Rope(theta, scaling(config.object(SCALING), maxPositions)) : Rope.of(theta);
    }

    private static RopeScaling scaling(JsonFields fields, int maxPositions) {
        if (fields.number("partial_rotary_factor", 1) != 1) {
            throw fields.unsupported(
                    "partial_rotary_factor",
                    fields.get("partial_rotary_factor"),
                    "Take a model that turns whole heads: Qwen3, Qwen2.5 or Llama");
        }
        String name = fields.has("rope_type") ? "rope_type" : "type";
        JsonNode type = fields.get(name);
        return switch (type.asText()) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(fields.number("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        fields.number("factor"),
                        fields.number("low_freq_factor"),
                        fields.number("high_freq_factor"),
                        fields.integer(ORIGINAL));
            case "yarn" -> yarn(fields, maxPositions);
            default ->
                throw fields.unsupported(
                        name, type, "Take a model whose rotary positions are default, linear, llama3 or yarn");
        };
    }

    private static RopeScaling yarn(JsonFields fields, int maxPositions) {
        double factor = fields.number("factor");
        return new RopeScaling.Yarn(
                factor,
                fields.number("beta_fast", 32),
                fields.number("beta_slow", 1),
                fields.integer(ORIGINAL, maxPositions),
                attentionFactor(fields, factor),
                fields.flag("truncate", true));
    }

    private static double attentionFactor(JsonFields fields, double factor) {
        OptionalDouble given = fields.optional("attention_factor");
        if (given.isPresent()) {
            return given.getAsDouble();
        }
        double scale = fields.number("mscale", 0);
        double scaleOfAll = fields.number("mscale_all_dim", 0);
        return scale != 0 && scaleOfAll != 0
                ? RopeScaling.Yarn.magnitude(factor, scale) / RopeScaling.Yarn.magnitude(factor, scaleOfAll)
                : RopeScaling.Yarn.magnitude(factor, 1);
    }
}
