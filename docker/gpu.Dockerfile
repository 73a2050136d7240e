# Unbuilt: no machine with a container engine and an NVIDIA GPU was at hand. Remove this line once it was built and run.
#
#     docker build -f docker/gpu.Dockerfile -t prior-attention-gpu .
#     docker run --rm --gpus all -v "$PWD/results:/project/results" prior-attention-gpu npx . report
#
# The host brings NVIDIA's driver and container toolkit; CUDA comes with TensorFlow's wheel.
FROM node:22-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv g++ \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /project
COPY . .
# The GPU is not seen while an image is built, hence --gpu. Set-up goes on without what it cannot have; an image shall not.
RUN npm ci && npm run setup -- --gpu && test -f node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node
CMD ["npx", ".", "doctor"]
