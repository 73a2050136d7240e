/** Sizes of a pooling whose windows do not overlap, in the order in which wasm/images.ts writes them. */
@unmanaged
export class Windows {
  images: i32;
  inHeight: i32;
  inWidth: i32;
  /** At least 4. */
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  height: i32;
  width: i32;
}

/**
 * Computes the gradient of max pooling. Among equal maxima of a window, the first one gets the gradient. Pixels outside
 * all windows get 0.
 */
export function maximumGradient(s: Windows, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixel: usize = s.channels << 2;
  const row = s.inWidth * pixel;
  const height = s.height;
  const width = s.width;
  const windows = s.outWidth;
  memory.fill(dx, 0, s.images * s.inHeight * row);
  for (let image = 0; image < s.images; image++) {
    for (let outRow = 0; outRow < s.outHeight; outRow++) {
      let corner = (image * s.inHeight + outRow * height) * row;
      for (let window = 0; window < windows; window++) {
        // Four channels at a time; the last four overlap the previous ones if their number is not a multiple of 4.
        for (let next: usize = 0; next < pixel; next += 16) {
          const channel = min(next, pixel - 16);
          const maximum = v128.load(y + channel);
          const gradient = v128.load(dy + channel);
          let free = i32x4.splat(-1);
          for (let down = 0; down < height; down++) {
            let at = corner + down * row + channel;
            for (let across = 0; across < width; across++) {
              const isMaximum = v128.and(free, f32x4.eq(v128.load(x + at), maximum));
              free = v128.andnot(free, isMaximum);
              v128.store(dx + at, v128.and(gradient, isMaximum));
              at += pixel;
            }
          }
        }
        corner += width * pixel;
        y += pixel;
        dy += pixel;
      }
    }
  }
}
