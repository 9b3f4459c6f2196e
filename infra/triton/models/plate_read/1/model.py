import json, os, sys
# Triton's stub runs isolated where its libpython is the system's: it ignores PYTHONPATH, so take it from the environment.
sys.path[:0] = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p not in sys.path]
import numpy as np
import onnxruntime as ort
import triton_python_backend_utils as pb_utils

class TritonPythonModel:
    def initialize(self, args):
        cfg = json.loads(args['model_config'])
        p = {k: v['string_value'] for k, v in cfg.get('parameters', {}).items()}
        so = ort.SessionOptions()
        so.intra_op_num_threads = int(p.get('intra_op_threads', '2'))
        so.inter_op_num_threads = 1
        so.add_session_config_entry('session.intra_op.allow_spinning', p.get('allow_spinning', '0'))
        path = os.path.join(args['model_repository'], args['model_version'], 'model.onnx')
        self.sess = ort.InferenceSession(path, so, providers=['CPUExecutionProvider'])
        self.outs = [o['name'] for o in cfg['output']]

    def execute(self, requests):
        # the backend hands over the dynamic batch as a list of requests: batch them ourselves
        xs = [pb_utils.get_input_tensor_by_name(r, 'images').as_numpy() for r in requests]
        sizes = [len(x) for x in xs]
        try:
            outs = self.sess.run(self.outs, {'images': xs[0] if len(xs) == 1 else np.concatenate(xs)})
        except Exception as e:
            err = pb_utils.TritonError(f'inference failed: {e}')
            return [pb_utils.InferenceResponse(error=err) for _ in requests]
        res, i = [], 0
        for n in sizes:
            res.append(pb_utils.InferenceResponse([pb_utils.Tensor(k, o[i:i + n]) for k, o in zip(self.outs, outs)]))
            i += n
        return res
