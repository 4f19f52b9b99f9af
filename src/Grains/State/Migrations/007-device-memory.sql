-- A sample for a device is admitted by the device's memory too. 0: it takes none, or its writer did not know.
ALTER TABLE requests ADD COLUMN device_bytes bigint NOT NULL DEFAULT 0 CHECK (device_bytes >= 0);
ALTER TABLE turns ADD COLUMN device_bytes bigint NOT NULL DEFAULT 0 CHECK (device_bytes >= 0);

-- What a node's device has for samples. 0: it has no device, or its writer did not say.
ALTER TABLE nodes ADD COLUMN device_memory bigint NOT NULL DEFAULT 0 CHECK (device_memory >= 0);
