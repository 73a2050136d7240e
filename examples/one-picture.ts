// Which expressions do the faces of one picture show? node one-picture.js photo.jpg
import { loadPredictor, UnreadPictureError } from 'facial-expression-prior-attention';

const [file] = process.argv.slice(2);
const predictor = await loadPredictor();
try {
  const { faces, width, height } = await predictor.predict(file);
  console.log(`${file}: ${width}x${height}, ${faces.length} faces, by ${predictor.engine.backend}`);
  for (const { answer, likeliest, confidence, box } of faces) {
    const where = `at ${Math.round(box.x)},${Math.round(box.y)}`;
    console.log(`${answer} (${likeliest} ${Math.round(100 * confidence)} %) ${where}`);
  }
} catch (error) {
  if (!(error instanceof UnreadPictureError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await predictor.dispose();
}
