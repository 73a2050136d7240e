import type { Scene } from './scene';
import { drawPair, type HeadPoint } from './head-space';

/** Draws the wrinkles that the action units cause. */
export function drawFolds(scene: Scene): string {
  const wrinkles = [drawForehead, drawFrown, drawNoseFolds, drawNasolabial, drawCrowsFeet, drawChin];
  return wrinkles.map((draw) => draw(scene)).join('');
}

function wrinkle(scene: Scene, points: readonly HeadPoint[], strength: number, halfWidth: number): string {
  const opacity = Math.min(0.9, strength * (0.5 + 0.5 * scene.look.skin.creases));
  return scene.fold(points, { colour: scene.palette.skinDeep, halfWidth, opacity });
}

function drawForehead(scene: Scene): string {
  const { brows, head } = scene.face;
  const inner = Math.max(0, brows[0].innerRaise + brows[1].innerRaise) / 14.4;
  const outer = (brows[0].outerRaise + brows[1].outerRaise) / 13.6;
  const strength =
    Math.max(0, 0.35 * inner + 0.55 * outer - 0.1) + 0.12 * Math.max(0, scene.look.skin.creases - 0.6);
  const reach = 16 + 20 * outer;
  const bow = 2.5 * (outer > inner ? 1 : -0.5);
  const top = Math.min(brows[0].line[8].y, brows[1].line[8].y);
  const rows = [top - 8, top - 15].filter((y) => y > -64);
  const lines = rows.map((y) => {
    const line = [-1, -0.6, -0.25, 0.25, 0.6, 1].map((u) =>
      head.surface(u * reach, y + bow * u * u - (Math.abs(u) === 0.6 ? 1.2 : 0), 1),
    );
    return wrinkle(scene, line, strength, 1);
  });
  return lines.join('');
}

function drawFrown(scene: Scene): string {
  const { AU4, AU9 } = scene.expression.units;
  const strength = Math.max(AU4, 0.7 * AU9);
  const { surface } = scene.face.head;
  const sides = drawPair((side) => {
    const [top, bottom] = [surface(side * 4.5, -42 + 4 * AU4, 2), surface(side * 4.8, -28 + 2 * AU4, 3)];
    return wrinkle(scene, [top, surface(side * 3.6, -35 + 3 * AU4, 3), bottom], 0.95 * strength, 1.3);
  });
  return sides + scene.spot('shade', surface(0, -30), { x: 10, y: 9, opacity: 0.5 * strength });
}

function drawNoseFolds(scene: Scene): string {
  const { AU9 } = scene.expression.units;
  if (AU9 < 0.1) return '';
  const { surface } = scene.face.head;
  const across = [-20, -15, -10].map((y, row) => {
    const line = [surface(-6 + row, y + 2, 8), surface(0, y - 0.5, 11), surface(6 - row, y + 2, 8)];
    return wrinkle(scene, line, AU9, 1.2);
  });
  const sides = drawPair((side) => {
    const line = [surface(side * 7, -14, 5), surface(side * 10, -6, 4), surface(side * 11, 2, 4)];
    return wrinkle(scene, line, 0.9 * AU9, 1.4);
  });
  return across.join('') + sides;
}

function drawNasolabial(scene: Scene): string {
  const { AU9, AU10, AU12, AU15, AU20 } = scene.expression.units;
  const { nose, mouth, head } = scene.face;
  const deep = Math.max(AU12, 0.95 * AU10, 0.9 * AU9, 0.45 * AU20, 0.4 * AU15);
  const strength = deep * 0.85 + 0.25 * scene.look.skin.creases;
  const bulge = 5 + 4 * Math.max(AU12, AU10);
  return drawPair((side, index) => {
    const [corner, wing] = [mouth.corners[index], nose.wings[index]];
    const far = Math.abs(corner.x) + 4 + 2 * AU12;
    const near = Math.abs(wing.x) + 2.5;
    const end = corner.y + 4 * (1 - deep) - 1;
    const line = [
      head.surface(side * near, wing.y - 3, 3),
      head.surface(side * (near * 0.62 + far * 0.38 + 0.5 * bulge), wing.y + 0.34 * (end - wing.y), 3),
      head.surface(side * (near * 0.28 + far * 0.72 + 0.45 * bulge), wing.y + 0.7 * (end - wing.y), 2),
      head.surface(side * (far + 1), end + 2, 2),
    ];
    return wrinkle(scene, line, strength, 1.1 + 0.7 * deep);
  });
}

function drawCrowsFeet(scene: Scene): string {
  const { AU6, AU7, AU12 } = scene.expression.units;
  const old = Math.max(0, scene.look.skin.creases - 0.5);
  const strength = Math.max(AU6, 0.4 * AU12, 0.3 * AU7) * 0.9 + 0.25 * old;
  const { eyes, head } = scene.face;
  return drawPair((side, index) => {
    const { x, y } = eyes[index].upper[12];
    const lines = [-0.5, 0.15, 0.75].map((slope) => {
      const at = (step: number) =>
        head.surface(x + side * (3.5 + 2.6 * step), y + slope * (4 + 2.6 * step), 1);
      return wrinkle(scene, [at(0), at(1), at(2)], strength, 0.8);
    });
    return lines.join('');
  });
}

function drawChin(scene: Scene): string {
  const { AU14, AU15, AU17 } = scene.expression.units;
  const { mouth, head } = scene.face;
  const lip = mouth.lowerOuter[12].y;
  const opacity = 0.4 * AU17 * (0.5 + 0.5 * scene.look.skin.creases);
  const heights = [11, 9, 11, 15, 15];
  const pits = [-7, 0, 7, -4, 4].map((x, index) =>
    scene.spot('deep', head.surface(x, lip + heights[index]), { x: 3, y: 2, opacity }),
  );
  const corners = drawPair((side, index) => {
    const { x, y } = mouth.corners[index];
    const line = [0, 1, 2].map((step) => head.surface(x + side * (2 + 0.5 * step), y + 1 + 3.2 * step, 2));
    return wrinkle(scene, line, Math.max(0.8 * AU15, 0.4 * AU14), 1.1);
  });
  const bow = [-10, -4, 4, 10].map((x) => head.surface(x, lip + 5 + 0.02 * x * x, 2));
  return pits.join('') + corners + wrinkle(scene, bow, 0.6 * AU17 + 0.15, 1);
}
