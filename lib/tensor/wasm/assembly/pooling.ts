/** Sizes of a pooling whose windows do not overlap; the TypeScript side writes them in this order. */
@unmanaged
export class Windows {
  images: i32;
  inHeight: i32;
  inWidth: i32;
  /** 4 at least. */
  channels: i32;
  outHeight: i32;
  outWidth: i32;
  height: i32;
  width: i32;
}

/**
 * Takes the gradient of maxima. Of equal numbers in a window the first one gets it; pixels that no window reaches get 0.
 */
export function maximumGradient(s: Windows, x: usize, y: usize, dy: usize, dx: usize): void {
  const pixel: usize = s.channels << 2;
  const row = s.inWidth * pixel;
  const height = s.height;
  const width = s.width;
  memory.fill(dx, 0, s.images * s.inHeight * row);
  for (let image = 0; image < s.images; image++) {
    for (let outRow = 0; outRow < s.outHeight; outRow++) {
      const rowSkip = (image * s.inHeight + outRow * height) * row;
      passRow(x + rowSkip, y, dy, dx + rowSkip, s.outWidth, pixel, row, height, width);
      y += s.outWidth * pixel;
      dy += s.outWidth * pixel;
    }
  }
}

function passRow(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  windows: i32,
  pixel: usize,
  row: usize,
  height: i32,
  width: i32,
): void {
  for (let window = 0; window < windows; window++) {
    // Channels by four; the last four overlap those before them where their count asks for it.
    for (let next: usize = 0; next < pixel; next += 16) {
      const channel = min(next, pixel - 16);
      const maximum = v128.load(y + channel);
      const gradient = v128.load(dy + channel);
      let free = i32x4.splat(-1);
      for (let down = 0; down < height; down++) {
        let at = down * row + channel;
        for (let across = 0; across < width; across++) {
          const isMaximum = v128.and(free, f32x4.eq(v128.load(x + at), maximum));
          free = v128.andnot(free, isMaximum);
          v128.store(dx + at, v128.and(gradient, isMaximum));
          at += pixel;
        }
      }
    }
    x += width * pixel;
    dx += width * pixel;
    y += pixel;
    dy += pixel;
  }
}
