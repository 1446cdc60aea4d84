package spice.runs;

import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.common.converter.JacksonJsonPayloadConverter;
import spice.store.Json;

/// How records and failures travel through Temporal: the one converter of workers, command line and tests.
public final class Payloads {
    private Payloads() {}

    /// JSON by the store's rules: unknown fields are ignored, so that old and new workers read each other.
    public static DataConverter converter() {
        return DefaultDataConverter.newDefaultInstance()
                .withPayloadConverterOverrides(new JacksonJsonPayloadConverter(Json.mapper()))
                .withFailureConverter(new ReadableFailures());
    }
}
