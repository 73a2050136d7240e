import assert from 'node:assert/strict';
import { nameAnnotated } from '../../lib/predict/show-predictions';

describe('nameAnnotated', () => {
  it('keeps names in any script, and numbers equal names', () => {
    assert.equal(nameAnnotated('photos/행복.jpg', 2), '0002-행복.jpg');
    assert.equal(nameAnnotated('a/élan vital (1).tar.png', 3), '0003-élan vital (1).tar.jpg');
    assert.notEqual(nameAnnotated('a/x.jpg', 1), nameAnnotated('b/x.png', 2));
  });

  it('gives no name that Windows or a file system refuses', () => {
    assert.equal(nameAnnotated('what? "a:b"\n\u0007.jpg', 1), '0001-what- -a-b-.jpg');
    assert.equal(nameAnnotated('con.jpg', 12345), '12345-con.jpg');
    assert.equal(nameAnnotated('half \ud83d.jpg', 1), '0001-half -.jpg');
    const long = nameAnnotated(`${'😀'.repeat(80)}.jpg`, 1);
    assert.equal(long, `0001-${'😀'.repeat(50)}.jpg`);
  });
});
