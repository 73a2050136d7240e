import { drawFold, drawSpot, type Scene } from './scene';
import type { HeadPoint } from './space';

/** Draws the wrinkles that the action units cause. */
export function drawFolds(scene: Scene): string {
  return (
    drawForehead(scene) +
    drawFrown(scene) +
    drawNoseFolds(scene) +
    drawNasolabial(scene) +
    drawCrowsFeet(scene) +
    drawChin(scene)
  );
}

function fold(scene: Scene, points: readonly HeadPoint[], strength: number, halfWidth = 1.2): string {
  const { palette, look } = scene;
  const opacity = Math.min(0.9, strength * (0.5 + 0.5 * look.skin.creases));
  return drawFold(scene, points, { colour: palette.skinDeep, halfWidth, opacity });
}

function drawForehead(scene: Scene): string {
  const { brows, head } = scene.face;
  const inner = Math.max(0, brows[0].innerRaise + brows[1].innerRaise) / 14.4;
  const outer = (brows[0].outerRaise + brows[1].outerRaise) / 13.6;
  const strength =
    Math.max(0, 0.35 * inner + 0.55 * outer - 0.1) + 0.12 * Math.max(0, scene.look.skin.creases - 0.6);
  const reach = 16 + 20 * outer;
  const top = Math.min(brows[0].line[8].y, brows[1].line[8].y);
  return [0, 1]
    .map((row) => {
      const y = top - 8 - 7 * row;
      const line = [-1, -0.6, -0.25, 0.25, 0.6, 1].map((u) =>
        head.surface(
          u * reach,
          y + 2.5 * u * u * (outer > inner ? 1 : -0.5) - 1.2 * (Math.abs(u) === 0.6 ? 1 : 0),
          1,
        ),
      );
      return y > -64 ? fold(scene, line, strength, 1) : '';
    })
    .join('');
}

function drawFrown(scene: Scene): string {
  const { AU4, AU9 } = scene.expression.units;
  const strength = Math.max(AU4, 0.7 * AU9);
  const { surface } = scene.face.head;
  return (
    [-1, 1]
      .map((side) =>
        fold(
          scene,
          [
            surface(side * 4.5, -42 + 4 * AU4, 2),
            surface(side * 3.6, -35 + 3 * AU4, 3),
            surface(side * 4.8, -28 + 2 * AU4, 3),
          ],
          0.95 * strength,
          1.3,
        ),
      )
      .join('') + drawSpot(scene, 'shade', surface(0, -30), { x: 10, y: 9, opacity: 0.5 * strength })
  );
}

function drawNoseFolds(scene: Scene): string {
  const { AU9 } = scene.expression.units;
  if (AU9 < 0.1) return '';
  const { surface } = scene.face.head;
  const across = [-20, -15, -10].map((y, row) =>
    fold(scene, [surface(-6 + row, y + 2, 8), surface(0, y - 0.5, 11), surface(6 - row, y + 2, 8)], AU9, 1.2),
  );
  const sides = [-1, 1].map((side) =>
    fold(
      scene,
      [surface(side * 7, -14, 5), surface(side * 10, -6, 4), surface(side * 11, 2, 4)],
      0.9 * AU9,
      1.4,
    ),
  );
  return across.join('') + sides.join('');
}

function drawNasolabial(scene: Scene): string {
  const { units } = scene.expression;
  const { face, look } = scene;
  const { nose, mouth, head } = face;
  const deep = Math.max(units.AU12, 0.95 * units.AU10, 0.9 * units.AU9, 0.45 * units.AU20, 0.4 * units.AU15);
  const strength = deep * 0.85 + 0.25 * look.skin.creases;
  return [-1, 1]
    .map((side) => {
      const corner = mouth.corners[side < 0 ? 0 : 1];
      const wing = nose.wings[side < 0 ? 0 : 1];
      const bulge = 5 + 4 * Math.max(units.AU12, units.AU10);
      const far = Math.abs(corner.x) + 4 + 2 * units.AU12;
      const near = Math.abs(wing.x) + 2.5;
      const end = corner.y + 4 * (1 - deep) - 1;
      const line = [
        head.surface(side * near, wing.y - 3, 3),
        head.surface(side * (near * 0.62 + far * 0.38 + 0.5 * bulge), wing.y + 0.34 * (end - wing.y), 3),
        head.surface(side * (near * 0.28 + far * 0.72 + 0.45 * bulge), wing.y + 0.7 * (end - wing.y), 2),
        head.surface(side * (far + 1), end + 2, 2),
      ];
      return fold(scene, line, strength, 1.1 + 0.7 * deep);
    })
    .join('');
}

function drawCrowsFeet(scene: Scene): string {
  const { AU6, AU12, AU7 } = scene.expression.units;
  const strength =
    Math.max(AU6, 0.4 * AU12, 0.3 * AU7) * 0.9 + 0.25 * Math.max(0, scene.look.skin.creases - 0.5);
  const { eyes, head } = scene.face;
  return [-1, 1]
    .flatMap((side) => {
      const corner = eyes[side < 0 ? 0 : 1].upper[12];
      return [-0.5, 0.15, 0.75].map((slope) =>
        fold(
          scene,
          [0, 1, 2].map((step) =>
            head.surface(corner.x + side * (3.5 + 2.6 * step), corner.y + slope * (4 + 2.6 * step), 1),
          ),
          strength,
          0.8,
        ),
      );
    })
    .join('');
}

function drawChin(scene: Scene): string {
  const { AU17, AU15, AU14 } = scene.expression.units;
  const { face } = scene;
  const lip = face.mouth.lowerOuter[12].y;
  const { surface } = face.head;
  const pits = [
    [-7, 11],
    [0, 9],
    [7, 11],
    [-4, 15],
    [4, 15],
  ].map(([x, y]) =>
    drawSpot(scene, 'deep', surface(x, lip + y), {
      x: 3,
      y: 2,
      opacity: 0.4 * AU17 * (0.5 + 0.5 * scene.look.skin.creases),
    }),
  );
  const corners = [-1, 1].map((side) => {
    const corner = face.mouth.corners[side < 0 ? 0 : 1];
    const line = [0, 1, 2].map((step) =>
      surface(corner.x + side * (2 + 0.5 * step), corner.y + 1 + 3.2 * step, 2),
    );
    return fold(scene, line, Math.max(0.8 * AU15, 0.4 * AU14), 1.1);
  });
  const bow = [-10, -4, 4, 10].map((x) => surface(x, lip + 5 + 0.02 * x * x, 2));
  return pits.join('') + corners.join('') + fold(scene, bow, 0.6 * AU17 + 0.15, 1);
}
