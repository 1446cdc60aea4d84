package spice.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.stream.Stream;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Answers an upload with 507 when the disk is full. The backend alone would answer "internal error" and hang up
/// on a client that is still sending.
final class DiskAwareBlobStore extends ForwardingBlobStore {
    private static final int INSUFFICIENT_STORAGE = 507;
    private static final String FULL = "No space left on device";

    DiskAwareBlobStore(BlobStore backend) {
        super(backend);
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
        try {
            return super.putBlob(request, content);
        } catch (RuntimeException e) {
            if (isDiskFull(e)) {
                readToTheEnd(content);
            }
            throw said(e);
        }
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        try {
            return super.copyBlob(request);
        } catch (RuntimeException e) {
            throw said(e);
        }
    }

    private static RuntimeException said(RuntimeException failure) {
        return isDiskFull(failure)
                ? S3Exception.builder()
                        .statusCode(INSUFFICIENT_STORAGE)
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("InsufficientStorage")
                                .errorMessage(FULL)
                                .build())
                        .cause(failure)
                        .build()
                : failure;
    }

    private static boolean isDiskFull(Throwable failure) {
        return Stream.iterate(failure, f -> f != null, Throwable::getCause)
                .anyMatch(f -> f instanceof IOException
                        && String.valueOf(f.getMessage()).contains(FULL));
    }

    /// A client reads the answer only after it has sent everything.
    private static void readToTheEnd(InputStream content) {
        try {
            content.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The client has hung up.
        }
    }
}
