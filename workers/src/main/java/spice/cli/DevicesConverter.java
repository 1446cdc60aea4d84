package spice.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import spice.model.Devices;

/// Reads the value of `--device`.
final class DevicesConverter implements ITypeConverter<Devices> {
    @Override
    public Devices convert(String text) {
        try {
            return Devices.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
