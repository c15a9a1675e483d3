// The seven dataflows that are compared with MAESTRO, each on one 3×3 layer; a layer is named
// after its dataflow.
Constant Tile 64;

Network comparison {
	Layer kcp_ws {
		Type: CONV
		Stride { X: 1, Y: 1 }
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			SpatialMap(1,1) K;
			TemporalMap(Tile,Tile) C;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
			TemporalMap(Sz(R),1) Y;
			TemporalMap(Sz(S),1) X;
			Cluster(Tile, P);
			SpatialMap(1,1) C;
			TemporalMap(Sz(R),1) Y;
			TemporalMap(Sz(S),1) X;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
		}
	}
	Layer ckp_ws {
		Type: CONV
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			SpatialMap(1,1) C;
			TemporalMap(64,64) K;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
			TemporalMap(1,1) Y';
			TemporalMap(1,1) X';
			Cluster(64, P);
			SpatialMap(1,1) K;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
		}
	}
	Layer yxp_os {
		Type: CONV
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			TemporalMap(1,1) K;
			TemporalMap(1,1) C;
			SpatialMap(Sz(R),1) Y;
			TemporalMap(10,8) X;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
			Cluster(8, P);
			SpatialMap(Sz(S),1) X;
			TemporalMap(Sz(S),Sz(S)) S;
		}
	}
	Layer rs {
		Type: CONV
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			SpatialMap(1,1) Y';
			TemporalMap(1,1) X';
			TemporalMap(1,1) C;
			TemporalMap(16,16) K;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
			Cluster(Sz(R), P);
			SpatialMap(1,1) Y;
			SpatialMap(1,1) R;
			TemporalMap(Sz(S),Sz(S)) S;
		}
	}
	Layer xp_ws {
		Type: CONV
		Dimensions { K 128 C 256 R 3 S 3 Y 30 X 30 }
		Dataflow {
			TemporalMap (1,1) K
			TemporalMap (1,1) C
			TemporalMap (Sz(R),1) Y
			SpatialMap (Sz(S),1) X
			TemporalMap (Sz(R),Sz(R)) R
			TemporalMap (Sz(S),Sz(S)) S
		}
	}
	Layer ykp_os {
		Type: CONV
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			TemporalMap(16,16) K;
			SpatialMap(Sz(R),1) Y;
			TemporalMap(Sz(S),1) X;
			TemporalMap(1,1) C;
			Cluster(16, P);
			SpatialMap(1,1) K;
			TemporalMap(Sz(R),1) Y;
			TemporalMap(Sz(S),1) X;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
		}
	}
	Layer nlr {
		Type: CONV
		Dimensions { K: 128, C: 256, R: 3, S: 3, Y: 30, X: 30 }
		Dataflow {
			TemporalMap(1,1) K;
			TemporalMap(Sz(R),1) Y;
			TemporalMap(Sz(S),1) X;
			TemporalMap(Sz(R),Sz(R)) R;
			TemporalMap(Sz(S),Sz(S)) S;
			SpatialMap(1,1) C;
		}
	}
}
