package spice.workers;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import spice.model.Devices;

/// `--device` on the command line.
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
