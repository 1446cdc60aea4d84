package spice.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/// The float32 tensors of a safetensors file, read without the code under test.
final class FloatTensors {
    private FloatTensors() {}

    static Map<String, float[]> read(byte[] file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int header = Math.toIntExact(bytes.getLong());
        Map<String, float[]> tensors = new TreeMap<>();
        for (Map.Entry<String, JsonNode> tensor :
                new ObjectMapper().readTree(file, Long.BYTES, header).properties()) {
            JsonNode place = tensor.getValue().path("data_offsets");
            if (tensor.getValue().path("dtype").asText().equals("F32")) {
                int begin = place.get(0).asInt();
                float[] values = new float[(place.get(1).asInt() - begin) / Float.BYTES];
                bytes.position(Long.BYTES + header + begin)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(values);
                tensors.put(tensor.getKey(), values);
            }
        }
        return tensors;
    }
}
